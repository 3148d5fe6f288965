import { createHash } from 'node:crypto';
import type { IdentityEvent } from '../events/index.ts';
import { type Pseudonym, pseudonymsFor } from '../platform/index.ts';
import type { OutsideEvidence } from './apply-evidence.ts';
import { CHANGE_EVIDENCE, REVOKING_CHANGES } from './session-evidence.ts';
import { accountOf } from './shared-signals/outgoing.ts';
import type { ReceivedSignal } from './shared-signals/receive.ts';
import { evidenceOfSignal } from './shared-signals/received-evidence.ts';
import { targetOf } from './shared-signals/subject-id.ts';
import type { EvidenceTarget } from './validate.ts';

const eventKeyOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16);

/** Evidence, and whom it is about. */
export interface Aimed {
  readonly target: EvidenceTarget;
  readonly evidence: OutsideEvidence;
}

/** What a change to an identity says about the account's sessions; undefined when it says nothing. */
export const evidenceOfChange = (event: IdentityEvent, secret: string): Aimed | undefined => {
  const account = accountOf(event);
  const logOdds = CHANGE_EVIDENCE[event.change];
  const revokes = REVOKING_CHANGES.includes(event.change);
  if (account === undefined || event.outcome !== 'success' || (logOdds === undefined && !revokes))
    return undefined;
  return {
    target: { tenant: event.tenant, subject: pseudonymsFor(secret, event.tenant)('subject', account) },
    evidence: {
      eventKey: eventKeyOf('change', event.tenant, event.id),
      eventId: event.id,
      time: event.time,
      logOdds: logOdds ?? 0,
      revokes,
      code: event.change,
    },
  };
};

/** What a received signal says about sessions of its tenant. */
export const aimedSignal = (signal: ReceivedSignal, pseudonym: Pseudonym): Aimed => ({
  target: targetOf(signal.subject, signal.tenant, pseudonym),
  evidence: {
    eventKey: eventKeyOf('signal', signal.issuer, signal.jti),
    eventId: `signal:${eventKeyOf(signal.issuer, signal.jti)}`,
    time: signal.time,
    ...evidenceOfSignal(signal),
  },
});
