import type { AuthEvent } from '../../functions/events/auth-event.ts';
import { chance, type Random } from '../simulator/random.ts';

/**
 * The event as a source would report it that states less: each of its optional parts is dropped with the given
 * probability. Whoever acts does not choose what a source states, so training on such copies teaches the model
 * that silence speaks neither for nor against the owner.
 */
export function silenced(random: Random, event: AuthEvent, probability: number): AuthEvent {
  const drop = () => chance(random, probability);
  const { network, agent, application, resource, ...rest } = event;
  const { deviceId, userAgent } = agent ?? {};
  const keptAgent = {
    ...(userAgent === undefined || drop() ? {} : { userAgent }),
    ...(deviceId === undefined || drop() ? {} : { deviceId }),
  };
  return {
    ...rest,
    ...(network === undefined || drop() ? {} : { network }),
    ...(Object.keys(keptAgent).length === 0 ? {} : { agent: keptAgent }),
    ...(application === undefined || drop() ? {} : { application }),
    ...(resource === undefined || drop() ? {} : { resource }),
    factors: drop() ? [] : event.factors,
    evidence: drop() ? [] : event.evidence,
  };
}
