import {
  type BaselineStore,
  baselineIn,
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  emptyBaseline,
  noteChange,
} from '../baselines/index.ts';
import { type IdentityEvent, UNKNOWN_SUBJECT } from '../events/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { DecisionError } from './decision-error.ts';
import { subjectKey } from './keys.ts';

/** What remembering a change needs from outside. */
export interface ChangeDeps {
  readonly pseudonymKey: () => Promise<string>;
  readonly baselines: BaselineStore;
}

const WRITE_ATTEMPTS = 5;

const remembered: ReadonlySet<string> = new Set(CHANGE_KINDS);
const accounts: ReadonlySet<string> = new Set(['person', 'service', 'agent', 'device']);
/** What one does to one's own account when nobody else is named. */
const ownDoing: ReadonlySet<string> = new Set([
  'factor_enrolled',
  'factor_removed',
  'password_changed',
  'recovery_changed',
  'key_created',
] satisfies ChangeKind[]);

/**
 * Whose account an identity event changed, and how; undefined when it changed no account, failed, or is of a kind
 * that detections have no use for.
 *
 * @example
 * ```ts
 * changeIn(event); // { subject: 'u-4711', change: { kind: 'factor_reset', by: 'admin', time } }
 * ```
 */
export const changeIn = (
  event: IdentityEvent,
): { readonly subject: string; readonly change: Change } | undefined => {
  if (event.outcome !== 'success' || !remembered.has(event.change)) return undefined;
  const { actor, target } = event;
  const isAccount = target !== undefined && accounts.has(target.kind);
  const subject = isAccount
    ? target.id
    : target === undefined && ownDoing.has(event.change)
      ? actor?.id
      : undefined;
  if (subject === undefined || subject === UNKNOWN_SUBJECT) return undefined;
  const by = actor === undefined || actor.id === UNKNOWN_SUBJECT ? 'unknown' : 'admin';
  return {
    subject,
    change: { kind: event.change as ChangeKind, time: event.time, by: actor?.id === subject ? 'self' : by },
  };
};

/**
 * Remembers in the subject's baseline that its account was changed: one read, one conditional write, none when the
 * change is known. Repeated, late and reordered deliveries change nothing (see `noteChange`).
 *
 * @returns whether the event concerned an account.
 * @throws DecisionError `store-unavailable` when the race for the record is lost too often; the bus delivers again.
 */
export const rememberChange = async (event: IdentityEvent, deps: ChangeDeps): Promise<boolean> => {
  const found = changeIn(event);
  if (!found) return false;
  const pseudonym = pseudonymsFor(await deps.pseudonymKey(), event.tenant);
  const key = subjectKey(event.tenant, pseudonym('subject', found.subject));
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const baseline = baselineIn((await deps.baselines.read([key])).get(key)) ?? emptyBaseline();
    const noted = noteChange(baseline, found.change);
    if (noted === baseline || (await deps.baselines.putBaseline(key, noted, baseline.version))) return true;
  }
  throw new DecisionError('store-unavailable', 'The baseline is written too often at once', { status: 503 });
};
