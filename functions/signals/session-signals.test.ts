import { describe, expect, it } from 'vitest';
import { type Baseline, emptyBaseline, learn, noteChange } from '../baselines/index.ts';
import { anomalousToken } from './anomalous-token.ts';
import { impossibleConcurrency } from './impossible-concurrency.ts';
import { BERLIN, contextOf, HOUR, NOW, PARIS, taught, valueFrom, whyNot } from './testing/context.ts';

const CURL = 'curl/8.9.1';
const MINUTE = 60_000;

/** A subject whose session was active so long ago, on a network and with an agent. */
const active = (
  session: string,
  agoMs: number,
  change: Parameters<typeof contextOf>[0] = {},
  start: Baseline = emptyBaseline(),
): Baseline => {
  const { observation } = contextOf({
    ...change,
    event: { id: `${session}-${agoMs}`, time: NOW - agoMs, session: { id: session }, ...change.event },
  });
  return learn(start, observation);
};
const going = (session: string, change: Parameters<typeof contextOf>[0] = {}) =>
  contextOf({ ...change, event: { session: { id: session }, ...change.event } });

describe('a session that changes', () => {
  const subject = active('s-1', HOUR);

  it('is nothing while it looks as it began', () => {
    expect(valueFrom(anomalousToken, going('s-1', { subject }))).toBe(0);
  });

  it('weighs a roaming network little, another operator more, another agent most', () => {
    const network = { ...BERLIN, prefix: '192.0.3.0/24' };
    expect(valueFrom(anomalousToken, going('s-1', { subject, network }))).toBeCloseTo(0.1);
    expect(valueFrom(anomalousToken, going('s-1', { subject, network: PARIS }))).toBeCloseTo(0.4);
    const curl = { userAgent: CURL, deviceId: 'd-1' };
    expect(valueFrom(anomalousToken, going('s-1', { subject, event: { agent: curl } }))).toBeCloseTo(0.6);
    const all = { userAgent: CURL, deviceId: 'd-2' };
    expect(valueFrom(anomalousToken, going('s-1', { subject, network: PARIS, event: { agent: all } }))).toBe(
      1,
    );
  });

  it('does not mind a newer version of the same browser', () => {
    const newer = contextOf().event.agent!.userAgent!.replace('131', '132');
    const event = { agent: { userAgent: newer, deviceId: 'd-1' } };
    expect(valueFrom(anomalousToken, going('s-1', { subject, event }))).toBe(0);
  });

  it('is not evaluated for a new session, for none, or for one that stated nothing', () => {
    expect(whyNot(anomalousToken, going('s-2', { subject }))).toBe('the session is new');
    expect(whyNot(anomalousToken, contextOf({ subject }))).toBe('the event states no session');
    const bare = learn(emptyBaseline(), { ...going('s-1').observation, keys: {} });
    expect(whyNot(anomalousToken, going('s-1', { subject: bare }))).toBe(
      'nothing of the session can be compared',
    );
  });
});

describe('activity in two places at once', () => {
  it('tells the speed between sessions that take turns, though neither taught', () => {
    const { observation } = going('s-paris', { network: PARIS, event: { time: NOW - 10 * MINUTE } });
    const subject = learn(emptyBaseline(), { ...observation, teaches: false, waits: true });
    expect(subject.events).toBe(0);
    // 878 km less two radii in ten minutes is beyond the range.
    expect(valueFrom(impossibleConcurrency, going('s-berlin', { subject }))).toBe(2_000);
    expect(valueFrom(impossibleConcurrency, going('s-other', { subject, network: PARIS }))).toBe(0);
  });

  it('lets the fastest of several count', () => {
    const one = active('s-near', 30 * MINUTE);
    const both = active('s-far', 50 * MINUTE, { network: PARIS }, one);
    expect(valueFrom(impossibleConcurrency, going('s-3', { subject: both }))).toBeGreaterThan(900);
    expect(valueFrom(impossibleConcurrency, going('s-3', { subject: one }))).toBe(0);
  });

  it('is not evaluated beside the same session, an old one, or one without a place', () => {
    const why = 'no other session with a place within the hour';
    const far = { network: PARIS };
    expect(whyNot(impossibleConcurrency, going('s-1', { subject: active('s-1', MINUTE, far) }))).toBe(why);
    expect(whyNot(impossibleConcurrency, going('s-1', { subject: active('s-2', 61 * MINUTE, far) }))).toBe(
      why,
    );
    const vpn = { network: { ...PARIS, class: 'vpn' as const } };
    expect(whyNot(impossibleConcurrency, going('s-1', { subject: active('s-2', MINUTE, vpn) }))).toBe(why);
    expect(whyNot(impossibleConcurrency, going('s-1', { subject: taught(9) }))).toBe(why);
  });

  it('is muted where the network is not where its user is', () => {
    const subject = active('s-2', MINUTE, { network: PARIS });
    const network = { ...BERLIN, class: 'mobile' as const };
    expect(whyNot(impossibleConcurrency, going('s-1', { subject, network }))).toMatch(
      'muted: a mobile network',
    );
    expect(
      whyNot(impossibleConcurrency, going('s-1', { subject, network: { ...BERLIN, radiusKm: 400 } })),
    ).toBe('the location is coarse');
  });
});

it('changes of the account do not disturb sessions', () => {
  const subject = noteChange(active('s-1', HOUR), { kind: 'factor_reset', by: 'self', time: NOW });
  expect(valueFrom(anomalousToken, going('s-1', { subject }))).toBe(0);
});
