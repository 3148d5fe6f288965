import { type Baseline, emptyBaseline, learn, type Observation } from '../../baselines/index.ts';
import type { AuthEvent } from '../../events/auth-event.ts';
import { pseudonymsFor } from '../../platform/pseudonym.ts';
import { parseAgent } from '../agent.ts';
import { observe } from '../observe.ts';
import type { Evaluation, NetworkFacts, SignalContext, SignalDefinition } from '../signal.ts';

/** 2026-03-02 09:30 UTC, a Monday: the present of these tests. */
export const NOW = Date.UTC(2026, 2, 2, 9, 30);
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

export const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

/** Networks with public documentation prefixes and made-up operators. */
export const BERLIN: NetworkFacts = {
  prefix: '192.0.2.0/24',
  asn: 'AS64500',
  country: 'DE',
  city: 'Berlin',
  latitude: 52.52,
  longitude: 13.4,
  radiusKm: 26,
  class: 'unknown',
};
export const PARIS: NetworkFacts = {
  prefix: '198.51.100.0/24',
  asn: 'AS64501',
  country: 'FR',
  city: 'Paris',
  latitude: 48.86,
  longitude: 2.35,
  radiusKm: 26,
  class: 'unknown',
};

/** Pseudonyms under a key that everybody may know. */
export const pseudonym = pseudonymsFor('a-key-for-tests-only-that-is-long-enough', 'shop');

/** A success of a person with a password and a second factor, on a known device. */
export function eventOf(change: Partial<AuthEvent> = {}): AuthEvent {
  return {
    type: 'authentication',
    id: 'e-1',
    tenant: 'shop',
    time: NOW,
    source: 'shop.example',
    provider: 'native',
    action: 'sign_in',
    outcome: 'success',
    subject: { id: 'u-1', kind: 'person', roles: ['clerk'] },
    factors: ['password', 'totp'],
    network: { ip: '192.0.2.7' },
    agent: { userAgent: CHROME, deviceId: 'd-1' },
    application: { id: 'backoffice' },
    evidence: [],
    unfilled: [],
    ...change,
  };
}

/** The context of one event: facts derived as in the pipeline, baselines as given. */
export function contextOf(
  change: Partial<Omit<SignalContext, 'event' | 'observation'>> & {
    readonly event?: Partial<AuthEvent>;
  } = {},
): SignalContext {
  const event = eventOf(change.event);
  const network = 'network' in change ? change.network : BERLIN;
  const userAgent = event.agent?.userAgent;
  const agent =
    'agent' in change ? change.agent : userAgent === undefined ? undefined : parseAgent(userAgent);
  return {
    subject: emptyBaseline(),
    velocity: {},
    ...change,
    event,
    ...(network && { network }),
    ...(agent && { agent }),
    observation: observe(event, { network, agent, pseudonym, teaches: true }),
  };
}

/** A baseline taught by the same event on so many days, the last of them a day before {@link NOW}. */
export function taught(days: number, change: Parameters<typeof contextOf>[0] = {}): Baseline {
  let baseline = emptyBaseline();
  for (let day = days; day >= 1; day--) {
    const { observation } = contextOf({
      ...change,
      event: { ...change.event, id: `day-${day}`, time: NOW - day * DAY },
    });
    baseline = learn(
      baseline,
      { ...observation, eventKey: `day-${day}` } as Observation,
      Number.POSITIVE_INFINITY,
    );
  }
  return baseline;
}

/** The value of a signal; fails the test when it could not be evaluated. */
export function valueFrom(signal: SignalDefinition, context: SignalContext): number {
  const evaluation = signal.evaluate(context);
  if (!evaluation.evaluated) throw new Error(`${signal.code} was not evaluated: ${evaluation.why}`);
  return evaluation.value;
}

/** Why a signal could not be evaluated; fails the test when it could. */
export function whyNot(signal: SignalDefinition, context: SignalContext): string {
  const evaluation: Evaluation = signal.evaluate(context);
  if (evaluation.evaluated) throw new Error(`${signal.code} was evaluated: ${evaluation.value}`);
  return evaluation.why;
}
