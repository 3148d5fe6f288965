import {
  type Check,
  contextDigest,
  createDocumentLoader,
  createVerifier,
  type KnownSuites,
  STANDARD_SUITES,
  type VerificationKey,
  type Verifier,
  verifyCredential,
  verifyPresentation,
} from '../credentials/index.ts';
import { type DidResolver, isObject, type JsonObject, TokenError } from '../credentials/jose/index.ts';
import {
  COUNTERSIGN_CONTEXT,
  COUNTERSIGN_CONTEXT_URL,
  CRYPTOSUITE,
  type JsonObject as StatementDocument,
} from '../credentials/statement/index.ts';
import type { VerifyList } from '../credentials/status/index.ts';
import type { TrustedIssuer } from '../credentials/trust/index.ts';
import {
  answers,
  createZkVerifyCryptosuite,
  pseudonymIn,
  type StatusInForce,
} from '../credentials/zk/index.ts';
import { asksForProof } from './dcql-query.ts';
import { expandedTypes } from './expanded-types.ts';
import type { PresentationVerifier, VerificationContext, VerifiedPresentation } from './verify-answer.ts';

/** What a deployment verifies Data Integrity proofs with. */
export interface LdpOptions {
  readonly resolve: DidResolver;
  /** ms since 1970. */
  readonly clock: () => number;
  /** The key of the zero-knowledge circuit, as the deployment accepts it. */
  readonly zkKey: () => Promise<VerificationKey>;
  /** Status lists that zero-knowledge proofs of an issuer may be about. */
  readonly zkStatuses: (issuer: TrustedIssuer, verifyList: VerifyList) => Promise<readonly StatusInForce[]>;
}

/** What verifies one format, and the status lists that come in it. */
export interface LdpVerifier {
  readonly verify: PresentationVerifier;
  /** Verifies a status list's credential, with the documents of its issuer. */
  readonly verifyList: (issuer: TrustedIssuer | undefined) => VerifyList;
  /** The verifier for documents of an issuer: with what is pinned for it, and the did:web keys that they name. */
  readonly verifierFor: (
    issuer: TrustedIssuer | undefined,
    documents: readonly JsonObject[],
  ) => Promise<Verifier>;
}

/**
 * `ldp_vc`: a credential with Data Integrity proofs, in a presentation that its holder signed for this verifier
 * (`domain`) and this request (`challenge`) (OpenID4VP 1.0 §B.1.3.2).
 *
 * Where the query's `meta` asks for predicates or a pseudonym the credential must be a derived one of our
 * zero-knowledge suite, bound to the presentation's fresh key, and prove what was asked word for word. The raw
 * query counts: what a wallet writes as a predicate is an answer and not the question.
 */
export const ldpVerifier = (options: LdpOptions): LdpVerifier => {
  // Statuses are looked up afterwards, with those of the other formats.
  const base = createVerifier({
    now: options.clock,
    checkStatus: async () => true,
    contexts: [COUNTERSIGN],
  });
  const remembered = new Map<string, Verifier>();

  /** The verifier with what the operator pinned for an issuer. */
  const verifierOf = (issuer: TrustedIssuer | undefined): Verifier => {
    if (issuer?.documents === undefined) return base;
    const name = JSON.stringify(issuer.documents);
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const made = withDocuments(base, issuer.documents);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, made);
    return made;
  };

  const verifierFor: LdpVerifier['verifierFor'] = (issuer, documents) =>
    withControllers(verifierOf(issuer), documents, options.resolve);

  const verify: PresentationVerifier = async (presentation, context) => {
    if (!isObject(presentation)) throw new TokenError('token-malformed', 'A presentation must be an object');
    const [credential, ...others] = context.bindingRequired
      ? listOf(presentation.verifiableCredential)
      : [presentation];
    if (!isObject(credential) || others.length > 0)
      throw new TokenError('token-malformed', 'A presentation must hold one credential');
    const issuer = isObject(credential.issuer) ? credential.issuer.id : credential.issuer;
    const trusted = typeof issuer === 'string' ? await context.registry(issuer) : undefined;
    const verifier = await verifierFor(trusted, [presentation, credential]);
    if (isDerived(credential)) {
      if (trusted === undefined)
        throw new TokenError('key-unknown', 'The issuer of the credential is not known');
      const lists = await options.zkStatuses(trusted, verifyList(trusted));
      return verifyDerived(verifier, presentation, credential, context, await options.zkKey(), lists);
    }
    if (asksForProof(context.asked.meta))
      throw new TokenError(
        'type-refused',
        'The credential proves none of the predicates that were asked for',
      );
    const holder = context.bindingRequired
      ? await holderOf(verifier, presentation, context)
      : await bearerOf(verifier, credential);
    return verifiedOf(verifier, credential, holder);
  };

  const verifyList: LdpVerifier['verifyList'] = (issuer) => async (body) => {
    let credential: unknown;
    try {
      credential = JSON.parse(body.toString('utf8'));
    } catch (cause) {
      throw new TokenError('token-malformed', 'A status list is not JSON', cause);
    }
    if (!isObject(credential)) throw new TokenError('token-malformed', 'A status list must be an object');
    const verifier = await verifierFor(issuer, [credential]);
    const result = await verifyCredential(verifier, credential);
    throwFailed(Object.values(result.checks));
    return { issuer: result.issuer ?? '', credential };
  };

  return { verify, verifyList, verifierFor };
};

/** Most sets of an issuer's documents that are kept ready. */
const MAX_REMEMBERED = 16;

const COUNTERSIGN = {
  url: COUNTERSIGN_CONTEXT_URL,
  document: COUNTERSIGN_CONTEXT,
  digest: contextDigest(COUNTERSIGN_CONTEXT),
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const isDerived = (credential: JsonObject): boolean =>
  listOf(credential.proof).some((proof) => isObject(proof) && proof.cryptosuite === CRYPTOSUITE);

/** Pinned documents beside the standard ones, which they cannot replace. */
const withDocuments = (verifier: Verifier, documents: Readonly<Record<string, object>>): Verifier => {
  const pinned = Object.entries(documents);
  const contexts = new Map([
    ...pinned.filter(([, document]) => '@context' in document),
    ...verifier.contexts,
  ]);
  return {
    ...verifier,
    contexts,
    documentLoader: createDocumentLoader({ contexts, controllers: new Map(pinned) }),
  };
};

const throwFailed = (checks: readonly Check[]): void => {
  for (const check of checks) if (!check.ok) throw check.error;
};

const holderOf = async (
  verifier: Verifier,
  presentation: JsonObject,
  { binding }: VerificationContext,
): Promise<string> => {
  refuseTransactions(binding);
  const { verified, checks, credentials, holder } = await verifyPresentation(verifier, presentation, {
    challenge: binding.nonce,
    domain: binding.audience,
  });
  throwFailed([...Object.values(checks), ...credentials.flatMap((one) => Object.values(one.checks))]);
  if (!verified || holder === undefined)
    throw new TokenError('holder-mismatch', 'The presentation could not be verified');
  return holder;
};

const refuseTransactions = ({ transactionData }: VerificationContext['binding']): void => {
  if (transactionData?.length)
    throw new TokenError('holder-mismatch', 'Transaction data cannot be confirmed in this format');
};

const bearerOf = async (verifier: Verifier, credential: JsonObject): Promise<undefined> => {
  const { checks } = await verifyCredential(verifier, credential);
  throwFailed(Object.values(checks));
  return undefined;
};

/** A derived credential of the zero-knowledge suite (its specification, §12). */
const verifyDerived = async (
  verifier: Verifier,
  presentation: JsonObject,
  credential: JsonObject,
  { asked, binding, bindingRequired, responseUri }: VerificationContext,
  verificationKey: VerificationKey,
  statusLists: readonly StatusInForce[],
): Promise<VerifiedPresentation> => {
  refuseTransactions(binding);
  const [proof] = listOf(presentation.proof);
  const method = isObject(proof) ? proof.verificationMethod : undefined;
  if (!bindingRequired || typeof method !== 'string')
    throw new TokenError(
      'key-binding-missing',
      'A zero-knowledge credential is shown in a signed presentation only',
    );
  const presentationKey = method.split('#')[0]!;
  const { predicates = [], pseudonym_scope: scopeName } = asksForProof(asked.meta) ? asked.meta : {};
  const suites: KnownSuites = {
    ...STANDARD_SUITES,
    [CRYPTOSUITE]: {
      alone: true,
      baseTag: 0x00,
      create: () =>
        createZkVerifyCryptosuite({
          verificationKey,
          binding: { nonce: binding.nonce, audience: binding.audience, responseUri, presentationKey },
          ...(scopeName === undefined ? {} : { scopeName }),
          statusLists,
          now: () => verifier.now() / 1000,
        }),
    },
  };
  const { checks, credentials, holder } = await verifyPresentation({ ...verifier, suites }, presentation, {
    challenge: binding.nonce,
    domain: binding.audience,
  });
  throwFailed([checks.proof, ...credentials.flatMap((one) => Object.values(one.checks))]);
  // The subject is not named, on purpose; the proof itself binds the key that signed the presentation.
  if (!checks.holder.ok && checks.holder.error.code !== 'holder-unbound') throw checks.holder.error;
  if (holder !== presentationKey || credentials.length !== 1)
    throw new TokenError('holder-mismatch', 'The proof is bound to another key than signed the presentation');
  const document = credential as unknown as StatementDocument;
  if (!answers({ predicates: predicates as never }, document))
    throw new TokenError('type-refused', 'The credential does not prove the predicates that were asked for');
  const { predicates: proven, ...shown } = isObject(credential.credentialSubject)
    ? credential.credentialSubject
    : {};
  return {
    ...(await verifiedOf(verifier, credential, holder)),
    shown,
    predicates: Array.isArray(proven) ? proven : [],
    keyIsFresh: true,
    statusProved: statusLists.some(({ status }) => status !== null),
    ...(scopeName === undefined ? {} : { pseudonym: pseudonymIn(credential) }),
  };
};

const verifiedOf = async (
  verifier: Verifier,
  credential: JsonObject,
  holder: string | undefined,
): Promise<VerifiedPresentation> => {
  const { issuer, credentialSubject } = credential;
  return {
    format: 'ldp_vc',
    issuer: String(isObject(issuer) ? issuer.id : issuer),
    types: await expandedTypes(credential, verifier.documentLoader),
    claims: credential,
    shown: isObject(credentialSubject) ? credentialSubject : { subjects: credentialSubject },
    ...(holder === undefined ? {} : { holder }),
    ...(credential.credentialStatus === undefined ? {} : { statusReference: credential.credentialStatus }),
  };
};

/** Most DIDs of one presentation that are resolved elsewhere. */
const MAX_CONTROLLERS = 4;

/**
 * The verifier with the did:web documents that the proofs name, read beforehand through the resolver: while it
 * verifies it calls nobody. Documents that the operator pinned are not read anew.
 */
const withControllers = async (
  verifier: Verifier,
  documents: readonly JsonObject[],
  resolve: DidResolver,
): Promise<Verifier> => {
  const dids = new Set(
    documents
      .flatMap(({ proof }) => listOf(proof))
      .flatMap((proof) =>
        isObject(proof) && typeof proof.verificationMethod === 'string'
          ? [proof.verificationMethod.split('#')[0]!]
          : [],
      )
      .filter((did) => did.startsWith('did:web:')),
  );
  if (dids.size === 0) return verifier;
  if (dids.size > MAX_CONTROLLERS) throw new TokenError('token-too-large', 'The proofs name too many keys');
  const resolved = new Map<string, object>();
  for (const did of dids) {
    const isPinned = await verifier.documentLoader(did).then(
      () => true,
      () => false,
    );
    const document = isPinned ? undefined : await resolve(did);
    if (document !== undefined) resolved.set(did, document);
  }
  if (resolved.size === 0) return verifier;
  const fetched = createDocumentLoader({ contexts: new Map(), controllers: resolved });
  return {
    ...verifier,
    documentLoader: (url) => (resolved.has(url.split('#')[0]!) ? fetched(url) : verifier.documentLoader(url)),
  };
};
