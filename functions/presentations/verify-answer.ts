import { isObject, type JsonObject, publicKeyOf, thumbprintOf } from '../credentials/jose/index.ts';
import type { KeyBinding } from '../credentials/sd-jwt/index.ts';
import type { IssuerRegistry, TrustedIssuer } from '../credentials/trust/index.ts';
import { CountersignError, type Pseudonym } from '../platform/index.ts';
import { checkAnswer, type Presented } from './check-answer.ts';
import { type CredentialQuery, FORMATS, type Format, type Query } from './dcql-query.ts';
import { type Held, holderOf } from './holder.ts';
import { transactionsFor } from './new-request.ts';
import { refusedPresentation } from './presentation-error.ts';
import { isEncryptedMode, type PresentationRequest } from './presentation-request.ts';
import type { Outcome, ResultCredential } from './presentation-result.ts';
import { publicHalf } from './response-encryption.ts';

/** A presentation that verified, with what is to be done about it next. */
export interface VerifiedPresentation extends Presented {
  /** What the app is shown of it. */
  readonly shown: JsonObject;
  /** `status` or `credentialStatus`, as the credential has it; undefined when it has none. */
  readonly statusReference?: unknown;
  readonly predicates?: readonly unknown[];
  readonly pseudonym?: string;
  /** Present when the holder's key was made for this presentation alone, and says nothing of who presents. */
  readonly keyIsFresh?: true;
  /** Whether the presentation itself proves that the credential was not revoked. */
  readonly statusProved?: boolean;
}

/** What a format's verification is told. */
export interface VerificationContext {
  readonly asked: CredentialQuery;
  readonly binding: KeyBinding;
  /** Where the answer was posted; absent over the browser's API. */
  readonly responseUri?: string;
  /** Thumbprint (RFC 7638) of the key that the answer had to be encrypted for, base64url. */
  readonly encryptedFor?: string;
  readonly bindingRequired: boolean;
  readonly registry: IssuerRegistry;
  /** ms since 1970. */
  readonly now: number;
}

/** Verifies one presentation of one format. @throws CountersignError with a 4xx status when it does not hold */
export type PresentationVerifier = (
  presentation: unknown,
  context: VerificationContext,
) => Promise<VerifiedPresentation>;

/** What a look-up found. */
export interface StatusFound {
  readonly status: ResultCredential['status'];
  /** What the issuer's lists say beside, in the words that the credential has for it. */
  readonly messages: readonly string[];
}

/** Looks up whether a credential still holds. @throws CountersignError when it does not */
export type StatusCheck = (
  reference: unknown,
  credential: { readonly issuer: string; readonly format: string },
  registry: IssuerRegistry,
) => Promise<StatusFound>;

/** What answers are verified with. */
export interface AnswerDeps {
  readonly verifiers: Readonly<Record<Format, PresentationVerifier>>;
  readonly checkStatus: StatusCheck;
  /** Pseudonyms of a tenant, by which holders are named. */
  readonly pseudonyms: (tenant: string) => Promise<Pseudonym>;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** Most presentations in one answer. */
const MAX_PRESENTATIONS = 32;

/**
 * Verifies a whole answer (OpenID4VP 1.0 §8.6): each presentation by its format, then the issuers, the statuses,
 * and the query. Nothing of it counts unless all of it does.
 *
 * @param bound what holders must have bound their proofs to: the audience, and where the answer was posted.
 * @param registry issuers that the tenant trusts.
 * @throws PresentationError `presentation-refused`, with what was wrong as its cause
 */
export const verifyAnswer = async (
  request: PresentationRequest,
  vpToken: ReadonlyMap<string, readonly unknown[]>,
  { audience, responseUri }: { readonly audience: string; readonly responseUri?: string },
  registry: IssuerRegistry,
  { verifiers, checkStatus, pseudonyms, clock }: AnswerDeps,
): Promise<Outcome> => {
  const query = request.query as unknown as Query;
  const now = clock();
  const cached = remembered(registry);
  const presentations = [...vpToken].flatMap(([id, all]) =>
    all.map((presentation) => ({ id, presentation })),
  );
  if (presentations.length > MAX_PRESENTATIONS) throw refusedPresentation('There are too many presentations');
  const encryptedFor = encryptionKeyOf(request);
  const verified = new Map<string, VerifiedPresentation[]>();
  const credentials: ResultCredential[] = [];
  const held: Held[] = [];
  for (const { id, presentation } of presentations) {
    const asked = query.credentials.find((credential) => credential.id === id);
    if (asked === undefined || !FORMATS.includes(asked.format))
      throw refusedPresentation('A credential was presented that nobody asked for');
    const one = await guarded(() =>
      verifiers[asked.format](presentation, {
        asked,
        binding: { audience, nonce: request.nonce, transactionData: transactionsFor(request, id) },
        ...(responseUri === undefined ? {} : { responseUri }),
        ...(encryptedFor === undefined ? {} : { encryptedFor }),
        bindingRequired: asked.require_cryptographic_holder_binding !== false,
        registry: cached,
        now,
      }),
    );
    verified.set(id, [...(verified.get(id) ?? []), one]);
    held.push({ asked, ...one, keyIsFresh: one.keyIsFresh ?? false });
    if (!isTrusted(await cached(one.issuer), asked, one.types))
      throw refusedPresentation('A credential is by an issuer that is not trusted for it');
    const { status, messages }: StatusFound =
      one.statusReference === undefined
        ? { status: one.statusProved ? 'valid' : 'not-checked', messages: [] }
        : await guarded(() =>
            checkStatus(one.statusReference, { issuer: one.issuer, format: one.format }, cached),
          );
    credentials.push({
      id,
      format: one.format,
      issuer: one.issuer,
      type: one.types.at(-1) ?? '',
      claims: one.shown,
      ...(one.predicates ? { predicates: one.predicates } : {}),
      status,
      ...(messages.length > 0 ? { statusMessages: messages } : {}),
    });
  }
  checkAnswer(query, verified);
  if (request.concerns !== undefined) {
    // Of our own questions only who answered is kept: the wallet's pseudonym itself would be the same in every tenant.
    const holder = await holderOf(held, await pseudonyms(request.tenant));
    return { credentials, ...(holder === undefined ? {} : { holder }), verifiedAt: now };
  }
  const pseudonym = [...verified.values()].flat().find((one) => one.pseudonym !== undefined)?.pseudonym;
  return { credentials, ...(pseudonym === undefined ? {} : { pseudonym }), verifiedAt: now };
};

const encryptionKeyOf = ({ responseMode, decryptionKey }: PresentationRequest): string | undefined =>
  isEncryptedMode(responseMode) && decryptionKey !== undefined
    ? thumbprintOf(publicKeyOf(publicHalf(decryptionKey)))
    : undefined;

/** What a stranger sent and we could not judge is refused; only our own faults pass as they are. */
const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CountersignError && error.status >= 500) throw error;
    if (error instanceof CountersignError) throw refusedPresentation(error.message, error);
    throw refusedPresentation('A presentation cannot be read', error);
  }
};

/** Whether the registry names the issuer for the type that was asked for and shown. */
const isTrusted = (
  issuer: TrustedIssuer | undefined,
  asked: CredentialQuery,
  types: readonly string[],
): boolean => {
  if (issuer === undefined) return false;
  const { vct_values, type_values, doctype_value } = asked.meta;
  if (asked.format === 'dc+sd-jwt')
    return (vct_values as string[]).some((vct) => types.includes(vct) && issuer.types.includes(vct));
  if (asked.format === 'mso_mdoc')
    return types.includes(doctype_value as string) && issuer.types.includes(doctype_value as string);
  return (type_values as string[][]).some((all) => {
    const own = all.filter((type) => !GENERIC.includes(type));
    return (
      all.every((type) => types.includes(type)) &&
      (own.length > 0 ? own : all).every((type) => issuer.types.includes(type))
    );
  });
};

/** Types that every credential has, and that say nothing of whom to trust. */
const GENERIC = ['VerifiableCredential', 'https://www.w3.org/2018/credentials#VerifiableCredential'];

/** A registry that is asked once for each issuer in one answer. */
const remembered = (registry: IssuerRegistry): IssuerRegistry => {
  const known = new Map<string, ReturnType<IssuerRegistry>>();
  return (issuer) => {
    const found = known.get(issuer) ?? registry(issuer);
    known.set(issuer, found);
    return found;
  };
};

/**
 * Withheld elements of arrays left out, at every level. An array of which nothing was disclosed is left out whole:
 * shown empty, it would say that there is nothing.
 */
export const withoutHoles = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const left = value.filter((element) => element !== undefined).map(withoutHoles);
    return left.length === 0 && value.length > 0
      ? undefined
      : left.filter((element) => element !== undefined);
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withoutHoles(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
};
