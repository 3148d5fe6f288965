import { describe, expect, it } from 'vitest';
import { emptyBaseline, learn, type Observation } from '../baselines/index.ts';
import { outdatedAgent } from './outdated-agent.ts';
import { RECENT_WIDTH, recentEvents, recentInputs } from './recent-events.ts';
import type { SignalContext } from './signal.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 2, 9, 30);
let number = 0;

const seen = (hoursAgo: number, change: Partial<Observation> = {}): Observation => ({
  eventKey: `e${number++}`.padEnd(11, '0'),
  time: NOW - hoursAgo * HOUR,
  teaches: true,
  failed: false,
  factorFailed: false,
  keys: { device: 'laptop', agent: 'Chrome|Windows|desktop', asn: 'AS64500', prefix: '192.0.2.0/24' },
  agentVersion: 140,
  session: `s${number}`.padEnd(8, '0'),
  ...change,
});
const history = (...list: Observation[]) => list.reduce((known, one) => learn(known, one), emptyBaseline());
const context = (subject: ReturnType<typeof history>, observation: Observation) =>
  ({ subject, observation, velocity: {} }) as unknown as SignalContext;
const behind = (subject: ReturnType<typeof history>, change: Partial<Observation>) => {
  const found = outdatedAgent.evaluate(context(subject, seen(0, change)));
  return found.evaluated ? found.value : found.why;
};

describe('the version of an agent', () => {
  const usual = history(seen(30), seen(20, { agentVersion: 141 }), seen(10, { agentVersion: 140 }));

  it('is behind by as much as the newest known is ahead, and never below zero', () => {
    expect(behind(usual, { agentVersion: 138 })).toBe(3);
    expect(behind(usual, { agentVersion: 141 })).toBe(0);
    expect(behind(usual, { agentVersion: 150 })).toBe(0);
    expect(behind(usual, { agentVersion: 3 })).toBe(50);
  });

  it('is compared with the same kind of agent alone, and not told without one', () => {
    const keys = { ...seen(0).keys, agent: 'Firefox|Windows|desktop' };
    expect(behind(usual, { keys, agentVersion: 3 })).toMatch(/no recent session/);
    const { agentVersion: _, ...silent } = seen(0);
    expect(outdatedAgent.evaluate(context(usual, silent))).toMatchObject({ evaluated: false });
  });

  it('is not compared with a session from a machine that never taught', () => {
    const keys = { ...seen(0).keys, device: 'intruder' };
    const after = learn(usual, seen(1, { keys, agentVersion: 999, teaches: false, waits: true }));
    expect(after.sessions.some((one) => one.version === 999)).toBe(true);
    expect(behind(after, { agentVersion: 141 })).toBe(0);
  });
});

describe('recent events', () => {
  it('tell what changed from one to the next, and what none of the latest had', () => {
    const phone = { device: 'phone', agent: 'Safari|iOS|mobile', asn: 'AS64501', prefix: '198.51.100.0/24' };
    const subject = history(seen(50), seen(20, { keys: phone }), seen(3));
    const steps = recentEvents({ subject, observation: seen(0, { keys: { ...phone, device: 'new' } }) });
    const step = (i: number) => [...steps.subarray(i * RECENT_WIDTH, (i + 1) * RECENT_WIDTH)];
    expect(step(0)).toEqual([2, 1, 0.5, 0.5, 0.5]);
    expect(step(1).slice(1)).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(step(2).slice(1)).toEqual([1, 1, 1, 1]);
    expect(step(3).every(Number.isNaN)).toBe(true);
  });

  it('leave out an intruder who never taught, and say nothing for a stranger', () => {
    const keys = { ...seen(0).keys, device: 'intruder' };
    const usual = history(seen(50), seen(20));
    const after = learn(usual, seen(1, { keys, teaches: false, waits: true }));
    const again = seen(0, { keys });
    expect(recentEvents({ subject: after, observation: again })).toEqual(
      recentEvents({ subject: usual, observation: again }),
    );
    const none = recentEvents({ subject: emptyBaseline(), observation: again });
    expect(none).toHaveLength(recentInputs.length);
    expect(none.every(Number.isNaN)).toBe(true);
  });
});
