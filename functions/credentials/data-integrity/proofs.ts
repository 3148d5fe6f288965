import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as ecdsaRdfc2019 } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { createVerifyCryptosuite as createEcdsaSd } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import { cryptosuite as eddsaRdfc2022 } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';
import { createBbsVerifyCryptosuite } from '../bbs/cryptosuite.ts';
import { CredentialError } from '../errors.ts';
import { isObject, type Json, malformed, valuesOf } from './shape.ts';

/** A cryptosuite that the verifier knows. */
export interface KnownSuite {
  /** Makes what `DataIntegrityProof` takes, for one proof: the public suites keep results on themselves. */
  readonly create: () => object;
  /** Whether the proof must be the document's only one. @default false */
  readonly alone?: boolean;
  /** Third byte of a base proof's CBOR tag: the issuer's own proof, which is never shown. @default none */
  readonly baseTag?: number;
  /** The one multibase that its proof values are written in. @default whatever the suite itself reads */
  readonly multibase?: 'z' | 'u';
}

export type KnownSuites = Readonly<Record<string, KnownSuite>>;

/** The suites of the W3C that are verified here. */
export const STANDARD_SUITES: KnownSuites = {
  // The library reads base64url too, and one signature would have two texts.
  'eddsa-rdfc-2022': { create: () => eddsaRdfc2022, multibase: 'z' },
  'ecdsa-rdfc-2019': { create: () => ecdsaRdfc2019, multibase: 'z' },
  'ecdsa-sd-2023': { create: () => createEcdsaSd(), baseTag: 0x00, multibase: 'u' },
  'bbs-2023': { create: () => createBbsVerifyCryptosuite(), baseTag: 0x02, multibase: 'u' },
};

const MEMBERS = new Set([
  'id',
  'type',
  'cryptosuite',
  'created',
  'expires',
  'verificationMethod',
  'proofPurpose',
  'proofValue',
  'challenge',
  'domain',
  'nonce',
]);

/** RFC 3339 with an offset, which is XML Schema's dateTimeStamp as proofs use it. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of a date as credentials write it, or `undefined`. */
export function readDate(value: unknown): number | undefined {
  if (typeof value !== 'string' || !DATE_TIME.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

export interface ProofExpectation {
  readonly proofPurpose: 'assertionMethod' | 'authentication';
  /** jsonld-signatures' purpose, which binds the key to its controller's document (and the issuer). */
  readonly purpose: () => object;
  readonly documentLoader: unknown;
  readonly suites: KnownSuites;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Seconds by which clocks may differ. */
  readonly clockSkew: number;
  readonly maxProofs: number;
}

/**
 * Verifies every proof of a document.
 *
 * The public library answers yes when *one* proof of a set holds and passes over those that it does not
 * know; here each must be known and hold, alone, over the document. Chained proofs are refused by name.
 *
 * @returns the ids of the controllers whose keys signed, one for each proof
 * @throws CredentialError `proof-missing`, `proof-unsupported`, `proof-purpose-wrong`, `base-proof`,
 * `proof-expired`, or `proof-invalid` with the library's reason as its cause.
 */
export async function verifyProofs(document: Json, expected: ProofExpectation): Promise<string[]> {
  const proofs = valuesOf(document.proof);
  if (proofs.length === 0) throw new CredentialError('proof-missing', 'The document has no proof');
  if (proofs.length > expected.maxProofs) throw malformed('proof', `must hold at most ${expected.maxProofs}`);
  const checked = proofs.map((proof) => checkProof(proof, expected));
  const controllers: string[] = [];
  for (const proof of checked) {
    const { create, alone } = expected.suites[proof.cryptosuite as string]!;
    if (alone && proofs.length > 1) {
      throw new CredentialError('proof-unsupported', 'A proof of this cryptosuite must stand alone');
    }
    const suite = new DataIntegrityProof({ cryptosuite: create() });
    const { verified, results, error } = await jsigs.verify(
      { ...document, proof },
      { suite, purpose: expected.purpose(), documentLoader: expected.documentLoader },
    );
    if (!verified) {
      const cause = results?.[0]?.error ?? ([] as unknown[]).concat(error)[0];
      if (cause instanceof CredentialError) throw cause;
      throw new CredentialError('proof-invalid', 'A proof does not hold', { cause });
    }
    controllers.push((proof.verificationMethod as string).split('#')[0]!);
  }
  return controllers;
}

/** All that can be said of a proof without its key. */
function checkProof(proof: unknown, { proofPurpose, now, clockSkew, suites }: ProofExpectation): Json {
  if (!isObject(proof)) throw malformed('proof', 'must be an object');
  if ('previousProof' in proof)
    throw new CredentialError('proof-unsupported', 'Proof chains are not supported');
  if (Object.keys(proof).some((name) => !MEMBERS.has(name))) throw malformed('proof', 'has unknown members');
  const { type, cryptosuite, verificationMethod, proofValue, created, expires } = proof;
  if (
    type !== 'DataIntegrityProof' ||
    typeof cryptosuite !== 'string' ||
    !Object.hasOwn(suites, cryptosuite)
  ) {
    throw new CredentialError(
      'proof-unsupported',
      'A proof is of a type or cryptosuite that is not supported',
    );
  }
  if (proof.proofPurpose !== proofPurpose) {
    throw new CredentialError('proof-purpose-wrong', `A proof must have the purpose ${proofPurpose}`);
  }
  if (typeof verificationMethod !== 'string' || !/^[^#]+#[^#]+$/.test(verificationMethod)) {
    throw malformed('proof.verificationMethod', 'must be a URL with a fragment');
  }
  if (typeof proofValue !== 'string') throw malformed('proof.proofValue', 'must be text');
  const { baseTag, multibase } = suites[cryptosuite]!;
  if (multibase !== undefined && proofValue[0] !== multibase)
    throw malformed('proof.proofValue', "must be in the suite's one multibase");
  if (baseTag !== undefined && Buffer.from(proofValue.slice(1, 5), 'base64url')[2] === baseTag) {
    throw new CredentialError('base-proof', 'A base proof is not a presentation');
  }
  const [from, until] = [created, expires].map(readDate);
  if (created !== undefined && from === undefined)
    throw malformed('proof.created', 'must be a date and time');
  if (expires !== undefined && until === undefined)
    throw malformed('proof.expires', 'must be a date and time');
  const skew = clockSkew * 1000;
  if ((from ?? now) > now + skew || (until ?? now) < now - skew) {
    throw new CredentialError('proof-expired', 'A proof is used before it was created or after it expired');
  }
  return proof;
}
