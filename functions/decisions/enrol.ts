import * as z from 'zod';
import {
  type Concern,
  FORMATS,
  type NewRequestAnswer,
  newRequest,
  newRequestAnswer,
  type PresentationStore,
  type RequestSettings,
  WALLET_SCOPE,
} from '../presentations/requests/index.ts';
import { DecisionError } from './decision-error.ts';
import type { DecisionStore, StoredDecision } from './decisions.store.ts';
import { factorKinds } from './factor-kinds.ts';
import { decisionKey } from './keys.ts';

/** How long after a session was cleared a wallet may be enrolled from it, ms. */
export const ENROL_WITHIN_MS = 600_000;

const shown = {
  /** Of the wallet's credential. @default that of the deployment's query `same-wallet` */
  dcql_query: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What the wallet is asked for; by default what the deployment asks enrolled wallets for'),
  format: z.enum(FORMATS).optional().describe('Of the default query, only what is in this format'),
  purpose: z.string().min(1).max(300).optional().describe('Why it is asked, in words for the person'),
  response_mode: z.enum(['direct_post', 'direct_post.jwt']).optional(),
  flow: z.enum(['same_device', 'cross_device']).optional(),
  return_uri: z.string().max(2_048).optional(),
};

/** The body of `POST /v1/wallets`: by an app, for the person of a session; or by an operator, for a subject. */
export const enrolmentBody = z.union([
  z.strictObject({
    eventId: z.string().min(1).max(256).describe('Of the sign-in that began the session'),
    ...shown,
  }),
  z.strictObject({
    subject: z.string().min(1).max(256).describe('As the application names the subject'),
    ...shown,
  }),
]);

/** What is asked for, whoever enrols. */
export type EnrolmentAsked = Omit<z.infer<typeof enrolmentBody>, 'eventId' | 'subject'>;

/** A DCQL query, as far as it is looked into here. */
interface AnyQuery {
  readonly credentials: readonly {
    readonly format?: unknown;
    readonly meta?: { readonly pseudonym_scope?: unknown; readonly predicates?: unknown };
    readonly require_cryptographic_holder_binding?: unknown;
  }[];
}

/** What enrolling works with. */
export interface EnrolDeps {
  readonly decisions: Pick<DecisionStore, 'get'>;
  readonly requests: Pick<PresentationStore, 'insert'>;
  readonly settings: () => Promise<RequestSettings>;
  /** What enrolled wallets are asked for, unless a body says otherwise. */
  readonly query: () => Promise<Readonly<Record<string, unknown>>>;
  /** Gives that many random bytes. */
  readonly random: (bytes: number) => Buffer;
  /** Processing time, ms. */
  readonly clock: () => number;
}

const refused = (code: string, message: string, status = 403): DecisionError =>
  new DecisionError(code, message, { status });

/**
 * Whether a wallet may be enrolled from the session that an event began: policy allowed it, its risk is low, it is a
 * person's successful sign-in with factors of two kinds, and it is not long ago. Event time and processing time both
 * count: neither a replayed history nor an event that was held back clears anything now.
 *
 * @throws DecisionError `session-not-cleared`, `session-single-factor` (403), `session-too-old` (409)
 */
export const checkCleared = ({ decision, basis }: StoredDecision, now: number): void => {
  const { outcome, evidence, degraded } = decision;
  const question = basis?.question;
  if (
    outcome !== 'allow' ||
    (evidence?.level ?? decision.level) !== 'low' ||
    degraded !== undefined ||
    question?.kind !== 'person' ||
    question.result !== 'success' ||
    !['sign_in', 'second_factor'].includes(question.attempt)
  )
    throw refused('session-not-cleared', 'The event is no sign-in of a person that was allowed at low risk');
  if (factorKinds(question.factors).size < 2)
    throw refused('session-single-factor', 'The sign-in had no second factor of another kind');
  const times = [decision.time, decision.decidedAt].map((time) => Date.parse(time));
  if (times.some((time) => !(now - time <= ENROL_WITHIN_MS)))
    throw refused('session-too-old', 'The sign-in is too long ago: ask for a new one', 409);
};

/**
 * Asks a wallet to be enrolled, on the word of the session that an event began.
 *
 * @throws DecisionError `decision-unknown` (404), and as {@link checkCleared}
 * @throws PresentationError `request-invalid` (422) and the like, for what is asked of the wallet
 * @example
 * ```ts
 * const { authorization_request } = await enrolFromSession(deps, 'shop', 'e-4711', {});
 * ```
 */
export const enrolFromSession = async (
  deps: EnrolDeps,
  tenant: string,
  eventId: string,
  asked: EnrolmentAsked,
): Promise<NewRequestAnswer> => {
  const stored = await deps.decisions.get(decisionKey(tenant, eventId));
  if (stored === undefined) throw refused('decision-unknown', 'No decision has this event id', 404);
  checkCleared(stored, deps.clock());
  const { subject } = stored.decision;
  return ask(deps, tenant, asked, { kind: 'enrolment', subject, by: 'session', reference: eventId });
};

/**
 * Asks a wallet to be enrolled, on an operator's word.
 *
 * @param subject keyed pseudonym.
 * @param operator the operator's name, kept with the request.
 * @throws PresentationError `request-invalid` (422) and the like
 */
export const enrolByOperator = (
  deps: EnrolDeps,
  tenant: string,
  { subject, operator }: { readonly subject: string; readonly operator: string },
  asked: EnrolmentAsked,
): Promise<NewRequestAnswer> =>
  ask(deps, tenant, asked, { kind: 'enrolment', subject, by: 'operator', reference: operator });

const PURPOSE = 'To know this wallet again as yours, so that it can prove that it is you';

const ask = async (
  deps: EnrolDeps,
  tenant: string,
  { dcql_query, format, purpose = PURPOSE, ...rest }: EnrolmentAsked,
  concerns: Concern,
): Promise<NewRequestAnswer> => {
  const query = dcql_query ?? ofFormat(await deps.query(), format);
  checkNamesHolder(query);
  const settings = await deps.settings();
  const now = deps.clock();
  const made = newRequest(
    { ...rest, purpose, dcql_query: query },
    tenant,
    settings,
    deps.random,
    now,
    concerns,
  );
  const answer = await newRequestAnswer(made, settings, now);
  await deps.requests.insert(made.request);
  return answer;
};

const ofFormat = (
  query: Readonly<Record<string, unknown>>,
  format: string | undefined,
): Readonly<Record<string, unknown>> => {
  if (format === undefined) return query;
  const credentials = credentialsOf(query).filter((credential) => credential.format === format);
  if (credentials.length === 0)
    throw unnamed('format', 'is not one that enrolled wallets are asked for here');
  return { credentials, credential_sets: [{ options: credentials.map(({ id }) => [id]) }] };
};

const credentialsOf = (query: Readonly<Record<string, unknown>>) =>
  (Array.isArray(query.credentials) ? query.credentials : []) as readonly (AnyQuery['credentials'][number] & {
    readonly id?: unknown;
  })[];

const unnamed = (field: string, problem: string): DecisionError =>
  new DecisionError('enrolment-invalid', 'A wallet cannot be enrolled by what is asked for', {
    status: 422,
    fields: [{ field, problem }],
  });

/** Refuses a question whose answer would not tell who holds the wallet. All else is for the verifier to check. */
const checkNamesHolder = (query: Readonly<Record<string, unknown>>): void => {
  for (const [index, credential] of credentialsOf(query).entries()) {
    if (typeof credential !== 'object' || credential === null) continue;
    const { meta, require_cryptographic_holder_binding: bound } = credential;
    const field = `dcql_query.credentials.${index}`;
    if (bound === false) throw unnamed(field, 'must be bound to its holder');
    const proves = meta?.predicates !== undefined || meta?.pseudonym_scope !== undefined;
    if (proves && meta?.pseudonym_scope !== WALLET_SCOPE)
      throw unnamed(`${field}.meta.pseudonym_scope`, `must be ${WALLET_SCOPE}`);
  }
};
