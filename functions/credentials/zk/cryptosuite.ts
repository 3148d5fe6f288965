import { type VerificationKey, verifyCompact } from '../groth16/index.ts';
import {
  bindingSignal,
  CRYPTOSUITE,
  type CredentialKind,
  encodeSeconds,
  isObject,
  type JsonObject,
  kindDigest,
  type LoadDocument,
  layOutQuery,
  loadClaimSchema,
  loadKind,
  lowerDisclosure,
  type PresentationBinding,
  queryDigest,
  readDerivedDocument,
  readDerivedProof,
  readIssuerKey,
  StatementError,
  scopeSignal,
  signalList,
  statusListId,
} from '../statement/index.ts';

/** The algorithm of the issuer's key. */
const ALGORITHM = 'EdDSA-Poseidon-BabyJubjub';

/** A version of a status list that a verifier accepts. */
export interface StatusInForce {
  readonly status: CredentialKind['status'];
  /** `new StatusList(bytes).root`. */
  readonly root: bigint;
}

/** What a verifier knows and asks, for one presentation. */
export interface ZkVerifyOptions {
  /** `credential.vkey.json`, from `loadVerificationKey`. */
  readonly verificationKey: VerificationKey;
  /** What the presentation is for and who signs it. */
  readonly binding: PresentationBinding;
  /**
   * The registered scope whose pseudonym was asked for.
   *
   * @default none: the pseudonym is then different each time
   */
  readonly scopeName?: string;
  /**
   * The status lists in force: the current ones, and those before them for as long as they count as fresh. A null
   * `status` with the root of the empty list is for credentials that cannot be revoked.
   */
  readonly statusLists: readonly StatusInForce[];
  /** Roots of the large sets that predicates may name. */
  readonly sets?: ReadonlyMap<string, bigint>;
  /** The verifier's clock, seconds since the epoch. */
  readonly now: () => number;
  /**
   * How far the time proved may be from the clock, seconds.
   *
   * @default 300
   */
  readonly maxClockSkew?: number;
}

interface VerifyData {
  readonly signals: readonly string[];
  readonly proof: Uint8Array;
}

type Json = Readonly<Record<string, unknown>>;

/** The members of a derived proof; jsonld-signatures adds the document's `@context` while it verifies. */
const MEMBERS = ['@context', 'type', 'cryptosuite', 'verificationMethod', 'proofPurpose', 'proofValue'];

/**
 * The countersign-groth16-2026 cryptosuite for verifying derived proofs, in the form that `DataIntegrityProof` takes.
 *
 * The verifier computes each public signal itself, from the document, the issuer's key and what it asked for; the
 * proof is about those signals and nothing else. So every member of the document is covered, or refused.
 *
 * Make one per presentation: the binding is its own.
 *
 * @example
 * ```ts
 * const cryptosuite = createZkVerifyCryptosuite({ verificationKey, binding, statusLists, now });
 * await vc.verifyCredential({ credential, suite: new DataIntegrityProof({ cryptosuite }), documentLoader });
 * ```
 */
export function createZkVerifyCryptosuite(options: ZkVerifyOptions) {
  return {
    name: CRYPTOSUITE,
    requiredAlgorithm: ALGORITHM,
    createVerifier: async ({ verificationMethod }: { verificationMethod: Json }) => ({
      algorithm: ALGORITHM,
      id: verificationMethod.id,
      verify: async ({ data }: { data: VerifyData }) =>
        verifyCompact(options.verificationKey, data.signals, data.proof),
    }),
    createVerifyData: (given: VerifyGiven) => createVerifyData(given, options),
  };
}

interface VerifyGiven {
  readonly document: Json;
  readonly proof: Json;
  readonly proofSet?: readonly unknown[];
  readonly documentLoader: LoadDocument;
  readonly verificationMethod: Json;
}

async function createVerifyData(given: VerifyGiven, options: ZkVerifyOptions): Promise<VerifyData> {
  const { document, proof, proofSet, documentLoader, verificationMethod } = given;
  const shown = readDerivedProof(proof.proofValue);
  // A second proof would be a second statement about the same document, and a name to follow it by.
  if (
    (proofSet?.length ?? 1) !== 1 ||
    Object.keys(proof).some((name) => !MEMBERS.includes(name)) ||
    // The proof's own would be kept in place of the document's, and say anything.
    ('@context' in proof && JSON.stringify(proof['@context']) !== JSON.stringify(document?.['@context']))
  )
    throw new StatementError('document-not-covered', 'The proof has members that it does not cover');
  const skew = options.maxClockSkew ?? 300;
  const clock = encodeSeconds(Math.floor(options.now()));
  if (shown.now < clock - BigInt(skew) || shown.now > clock + BigInt(skew))
    throw new StatementError('time-invalid', 'The proof is about another time');
  const inForce = options.statusLists.find(
    ({ status, root }) => root === shown.statusRoot && statusListId(status) === shown.statusList,
  );
  if (inForce === undefined)
    throw new StatementError('status-list-invalid', 'The proof is about a status list that is not in force');

  if (!isObject(document)) throw new StatementError('document-not-covered', 'The credential is no object');
  const schema = await loadClaimSchema(document, documentLoader);
  const content = readDerivedDocument(document as JsonObject, schema);
  const kind = await loadKind({ ...content, schema, status: inForce.status }, documentLoader);
  const { query, setName } = lowerDisclosure(schema, content);
  const setRoot = setName === undefined ? 0n : options.sets?.get(setName);
  if (setRoot === undefined)
    throw new StatementError('set-invalid', 'A predicate names a set that is not known here');

  const [issuerX, issuerY] = readIssuerKey(verificationMethod);
  const binding = bindingSignal(options.binding);
  const signals = signalList({
    pseudonym: shown.pseudonym,
    issuerX,
    issuerY,
    schema: kindDigest(kind),
    now: shown.now,
    query: queryDigest(layOutQuery(query)),
    statusRoot: shown.statusRoot,
    setRoot,
    scope: scopeSignal(options.binding.audience, options.scopeName, binding),
    binding,
  });
  return { signals, proof: shown.proof };
}
