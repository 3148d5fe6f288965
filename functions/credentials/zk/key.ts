import { CredentialError } from '../errors.ts';
import { loadVerificationKey, type VerificationKey } from '../groth16/index.ts';
import { PUBLIC_SIGNALS } from '../statement/index.ts';

/** What an operator writes to use keys that a development ceremony made, in spite of what that means. */
export const DEVELOPMENT_KEYS_ACKNOWLEDGED = 'development-keys-allow-forged-proofs';

/** The key's files as they lie in `circuits/keys`. */
export interface ZkKeyFiles {
  /** `manifest.json` */
  readonly manifest: Uint8Array;
  /** `credential.vkey.json` */
  readonly verificationKey: Uint8Array;
}

/** Which keys a deployment accepts. */
export interface ZkKeyPolicy {
  /** The stage that is deployed; `prod` refuses development keys. */
  readonly stage: string;
  /** {@link DEVELOPMENT_KEYS_ACKNOWLEDGED} where the operator takes the risk. */
  readonly acknowledged?: string | undefined;
}

/**
 * Loads the verification key of the credential circuit: the one that its manifest pins, with this circuit's public
 * signals, from a ceremony that the stage accepts.
 *
 * @throws CredentialError `zk-keys-development` where a production stage meets development keys; `zk-manifest-invalid`;
 *   and as `loadVerificationKey`.
 * @example
 * ```ts
 * const key = await loadZkKey({ manifest, verificationKey }, { stage: 'prod' });
 * ```
 */
export async function loadZkKey(files: ZkKeyFiles, policy: ZkKeyPolicy): Promise<VerificationKey> {
  const manifest = readManifest(files.manifest);
  if (
    manifest.ceremony.kind !== 'production' &&
    policy.stage === 'prod' &&
    policy.acknowledged !== DEVELOPMENT_KEYS_ACKNOWLEDGED
  )
    throw new CredentialError(
      'zk-keys-development',
      `Keys of a development ceremony would let their maker forge proofs: supply a ceremony's keys, or acknowledge with ${DEVELOPMENT_KEYS_ACKNOWLEDGED}`,
    );
  const key = await loadVerificationKey(files.verificationKey, { digest: manifest.digest });
  if (key.publicSignals !== PUBLIC_SIGNALS.length) throw invalid();
  return key;
}

interface Manifest {
  readonly digest: string;
  readonly ceremony: { readonly kind: string };
}

function readManifest(bytes: Uint8Array): Manifest {
  let manifest: Partial<Manifest> & { readonly publicSignals?: unknown };
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest>;
  } catch (cause) {
    throw invalid(cause);
  }
  const { digest, ceremony, publicSignals } = manifest ?? {};
  const kinds: readonly unknown[] = ['development', 'production'];
  if (
    typeof digest !== 'string' ||
    !kinds.includes(ceremony?.kind) ||
    JSON.stringify(publicSignals) !== JSON.stringify(PUBLIC_SIGNALS)
  )
    throw invalid();
  return { digest, ceremony: ceremony! };
}

const invalid = (cause?: unknown): CredentialError =>
  new CredentialError('zk-manifest-invalid', 'The manifest is not of keys for this circuit', { cause });
