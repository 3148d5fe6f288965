import { createHash } from 'node:crypto';
import type { AuthEvent } from '../events/index.ts';
import type { Pseudonym } from '../platform/index.ts';
import type { AgentFacts, NetworkFacts } from '../signals/index.ts';
import type { AggregateKeys } from './delta.ts';

/** Key of the decision on an event. The event's id is the app's own, so it is digested to bound it. */
export const decisionKey = (tenant: string, eventId: string): string =>
  `d#${tenant}#${createHash('sha256').update(eventId).digest('base64url').slice(0, 27)}`;

/** Key of a subject's baseline. */
export const subjectKey = (tenant: string, subject: string): string => `s#${tenant}#${subject}`;

/** A uniformly distributed 32-bit integer out of a subject's pseudonym. */
export const subjectHash = (subject: string): number => Buffer.from(subject, 'base64url').readUInt32BE(0);

/** Keys of the aggregates that an event belongs to; addresses, roles and applications as pseudonyms. */
export const aggregateKeys = (
  event: AuthEvent,
  network: NetworkFacts | undefined,
  agent: AgentFacts | undefined,
  pseudonym: Pseudonym,
): AggregateKeys => {
  const { tenant } = event;
  const role = event.subject.roles[0];
  return {
    ...(role === undefined ? {} : { role: `r#${tenant}#${pseudonym('role', role)}` }),
    ...(event.application
      ? { application: `a#${tenant}#${pseudonym('application', event.application.id)}` }
      : {}),
    tenant: `t#${tenant}`,
    ...(event.network ? { address: `v#${tenant}#i#${pseudonym('address', event.network.ip)}` } : {}),
    ...(network && network.class !== 'reserved' ? { prefix: `v#${tenant}#p#${network.prefix}` } : {}),
    ...(network?.asn ? { asn: `v#${tenant}#n#${network.asn}` } : {}),
    ...(agent ? { agent: `v#${tenant}#g#${agent.family}|${agent.major ?? ''}|${agent.os}` } : {}),
  };
};
