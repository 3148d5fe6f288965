import { createHash } from 'node:crypto';
import { hashCanonizedProof, labelReplacementCanonicalizeJsonLd } from '@digitalbazaar/di-sd-primitives';
import { decodeMultibase } from '../did/multibase.ts';
import { CredentialError } from '../errors.ts';
import { POINT2 } from './ciphersuite.ts';
import { readDisclosure } from './disclosure.ts';
import { verifyBbsProof } from './verify-proof.ts';

type Json = Readonly<Record<string, unknown>>;

/** What `createVerifyData` hands to the verifier: all that BBS needs but the key. */
interface VerifyData {
  readonly proof: Uint8Array;
  readonly header: Uint8Array;
  readonly presentationHeader: Uint8Array;
  readonly disclosed: ReadonlyMap<number, Uint8Array>;
}

/** Multicodec of a BLS12-381 public key in G2, as a varint. */
const G2_KEY = [0xeb, 0x01];

const ALGORITHM = 'BBS-BLS12-381-SHA-256';

/** How many statements a disclosed document may have: bounds the work of one verification. */
const MAX_QUADS = 1024;

export interface BbsVerifyOptions {
  /**
   * The presentation header that the verifier asked for: replay protection, when it carries a nonce.
   *
   * @default any header, as the proof's other members are then what binds it
   */
  readonly expectedPresentationHeader?: Uint8Array;
}

/**
 * The bbs-2023 cryptosuite (W3C *Data Integrity BBS Cryptosuites v1.0*) for verifying derived proofs, in the
 * form that `DataIntegrityProof` takes. It agrees with `@digitalbazaar/bbs-2023-cryptosuite` and differs in
 * being strict where that one is lax (see its tests), and in where BBS is computed.
 *
 * @example
 * ```ts
 * const suite = new DataIntegrityProof({ cryptosuite: createBbsVerifyCryptosuite() });
 * await vc.verifyCredential({ credential, suite, documentLoader });
 * ```
 */
export function createBbsVerifyCryptosuite({ expectedPresentationHeader }: BbsVerifyOptions = {}) {
  return {
    name: 'bbs-2023',
    requiredAlgorithm: ALGORITHM,
    createVerifier: async ({ verificationMethod }: { verificationMethod: Json }) => {
      const publicKey = readKey(verificationMethod);
      return {
        algorithm: ALGORITHM,
        id: verificationMethod.id,
        verify: ({ data }: { data: VerifyData }) => verifyBbsProof(data.proof, { publicKey, ...data }),
      };
    },
    createVerifyData: (given: { document: Json; proof: Json; documentLoader: unknown }) =>
      createVerifyData(given, expectedPresentationHeader),
  };
}

async function createVerifyData(
  { document, proof, documentLoader }: { document: Json; proof: Json; documentLoader: unknown },
  expected: Uint8Array | undefined,
): Promise<VerifyData> {
  const disclosure = readDisclosure(proof.proofValue);
  const { labelMap, mandatoryIndexes, selectiveIndexes, presentationHeader } = disclosure;
  if (expected !== undefined && Buffer.compare(expected, presentationHeader) !== 0) {
    throw new CredentialError(
      'presentation-header-mismatch',
      'The presentation header is not the one asked for',
    );
  }
  const options = { documentLoader };
  const [proofHash, statements] = await Promise.all([
    hashCanonizedProof({ document, proof, options }) as Promise<Uint8Array>,
    labelReplacementCanonicalizeJsonLd({
      document,
      options,
      labelMapFactoryFunction: ({ canonicalIdMap }: { canonicalIdMap: Map<string, string> }) =>
        relabel(canonicalIdMap, labelMap),
    }) as Promise<string[]>,
  ]);
  if (statements.length > MAX_QUADS) throw malformed(`discloses more than ${MAX_QUADS} statements`);

  const mandatory = new Set(mandatoryIndexes);
  if ((mandatoryIndexes.at(-1) ?? -1) >= statements.length)
    throw malformed('names a statement that is not there');
  const others = statements.filter((_, i) => !mandatory.has(i));
  if (others.length !== selectiveIndexes.length) throw malformed('does not place each disclosed statement');
  const mandatoryHash = createHash('sha256');
  for (const i of mandatoryIndexes) mandatoryHash.update(statements[i]!);
  return {
    proof: disclosure.bbsProof,
    header: Buffer.concat([proofHash, mandatoryHash.digest()]),
    presentationHeader,
    disclosed: new Map(others.map((statement, i) => [selectiveIndexes[i]!, Buffer.from(statement)])),
  };
}

/** Every blank node of the document gets the issuer's label, and no label is left over. */
function relabel(
  canonicalIds: Map<string, string>,
  labelMap: ReadonlyMap<string, string>,
): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [input, canonical] of canonicalIds) {
    const label = labelMap.get(canonical);
    if (label === undefined) throw malformed('does not label each blank node');
    labels.set(input, label);
  }
  if (labels.size !== labelMap.size) throw malformed('labels a blank node that is not there');
  return labels;
}

function readKey(verificationMethod: Json): Uint8Array {
  const bytes = decodeMultibase(verificationMethod.publicKeyMultibase);
  if (bytes.length !== POINT2 + 2 || bytes[0] !== G2_KEY[0] || bytes[1] !== G2_KEY[1]) {
    throw new CredentialError('key-type-unsupported', 'The key is not a BLS12-381 key in G2');
  }
  return bytes.subarray(2);
}

function malformed(problem: string): CredentialError {
  return new CredentialError('disclosure-malformed', 'The proof value does not fit the document', {
    fields: [{ field: 'proof.proofValue', problem }],
  });
}
