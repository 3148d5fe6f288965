import {
  contextDigest,
  createVerifier,
  type VerificationKey,
  type Verifier,
  verifyCredential,
  verifyPresentation,
} from '../credentials/index.ts';
import { type DidResolver, isObject, type JsonObject, TokenError } from '../credentials/jose/index.ts';
import { COUNTERSIGN_CONTEXT, COUNTERSIGN_CONTEXT_URL } from '../credentials/statement/index.ts';
import type { VerifyList } from '../credentials/status/index.ts';
import type { TrustedIssuer } from '../credentials/trust/index.ts';
import type { StatusInForce } from '../credentials/zk/index.ts';
import { asksForProof } from './dcql-query.ts';
import { withControllers, withDocuments } from './ldp-controllers.ts';
import { isDerived, verifyDerived } from './ldp-derived.ts';
import { refuseTransactions, throwFailed, verifiedOf } from './ldp-presented.ts';
import type { PresentationVerifier, VerificationContext } from './verify-answer.ts';

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
      const shown = { presentation, credential };
      const known = { verificationKey: await options.zkKey(), statusLists: lists, sets: setsOf(trusted) };
      return verifyDerived(verifier, shown, context, known);
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

/** The large sets that proofs about an issuer's credentials may name, with their roots. */
const setsOf = ({ sets = {} }: TrustedIssuer): ReadonlyMap<string, bigint> =>
  new Map(Object.entries(sets).map(([name, { root }]) => [name, BigInt(root)]));

/** Most sets of an issuer's documents that are kept ready. */
const MAX_REMEMBERED = 16;

const COUNTERSIGN = {
  url: COUNTERSIGN_CONTEXT_URL,
  document: COUNTERSIGN_CONTEXT,
  digest: contextDigest(COUNTERSIGN_CONTEXT),
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

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

const bearerOf = async (verifier: Verifier, credential: JsonObject): Promise<undefined> => {
  const { checks } = await verifyCredential(verifier, credential);
  throwFailed(Object.values(checks));
  return undefined;
};
