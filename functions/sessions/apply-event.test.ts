import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Factor } from '../events/index.ts';
import { applyEvent, assuranceOf, type SessionEvent } from './apply-event.ts';
import { applyEvidence, applyResolution } from './apply-evidence.ts';
import { HALF_LIFE_MS, probability, runningLogit, THRESHOLDS } from './running-score.ts';
import { SESSION_LIMITS, type Session, type Telling } from './session.ts';
import { SESSION_EVIDENCE } from './session-evidence.ts';
import { MINUTE, NOW, type SessionEventParts, sessionEvent } from './testing/session-event.ts';

/** A session at log-odds -5 with events after it. */
const session = (...parts: SessionEventParts[]): Session =>
  [{ key: 'sign-in', action: 'sign_in' as const }, ...parts].reduce(
    (current: Session | undefined, part) => applyEvent(current, sessionEvent(part)),
    undefined,
  )!;
const kinds = ({ outbox }: Session): Telling['kind'][] => outbox.map(({ kind }) => kind);
const running = (one: Session, at = one.last) => runningLogit(one, at);

describe('a session', () => {
  test('begins at the level of its sign-in, and tells nothing', () => {
    const begun = session();
    expect(running(begun)).toBe(-5);
    expect(begun).toMatchObject({ status: 'active', told: 'low', version: 1, outbox: [] });
  });

  test('has no level below that at which sessions are taken over', () => {
    expect(applyEvent(undefined, sessionEvent({ key: 'a', action: 'sign_in', logit: -12 })).level).toBe(-5);
    expect(applyEvent(undefined, sessionEvent({ key: 'a', action: 'sign_in', logit: -4.9 })).level).toBe(
      -4.9,
    );
  });

  test('stays at its level while nothing changes, however long it is used', () => {
    const used = session(
      ...Array.from({ length: 300 }, (_, index) => ({ key: `use-${index}`, at: index * 1000 })),
    );
    expect(running(used)).toBe(-5);
    expect(used.outbox).toEqual([]);
  });

  test('has the level of its sign-in, though that be told after what followed it', () => {
    const after = applyEvent(undefined, sessionEvent({ key: 'b', at: MINUTE, logit: -1 }));
    const both = applyEvent(after, sessionEvent({ key: 'a', action: 'sign_in', logit: -4 }));
    expect(both).toMatchObject({ level: -4, started: NOW, last: NOW + MINUTE });
    const later = applyEvent(after, sessionEvent({ key: 'c', action: 'sign_in', at: 2 * MINUTE, logit: -6 }));
    expect(later.level).toBe(-1);
  });

  test('keeps the level that policy let in: a risky sign-in alone stops nothing', () => {
    const risky = applyEvent(undefined, sessionEvent({ key: 'a', action: 'sign_in', logit: 3 }));
    expect(risky).toMatchObject({ status: 'active', outbox: [] });
    const moved = applyEvent(risky, sessionEvent({ key: 'b', logit: 3, keys: { agent: 'other' } }));
    expect(moved.status).toBe('step_up');
  });
});

describe('what happens in a session', () => {
  test.each([
    ['another device', { device: 'other' }, SESSION_EVIDENCE.deviceChanged],
    ['another agent', { agent: 'other' }, SESSION_EVIDENCE.agentChanged],
    ['another country', { country: 'BR' }, SESSION_EVIDENCE.countryChanged],
    ['another network', { asn: 'AS1', prefix: '192.0.2.0/24' }, SESSION_EVIDENCE.asnChanged],
    ['another prefix of the network', { prefix: '192.0.2.0/24' }, SESSION_EVIDENCE.prefixChanged],
    ['nothing new', {}, 0],
  ])('%s raises it by so much, once', (_, keys, raise) => {
    const once = session({ key: 'a', keys });
    expect(running(once)).toBeCloseTo(-5 + raise, 9);
    const back = session({ key: 'a', keys }, { key: 'b' }, { key: 'c', keys });
    expect(running(back)).toBeCloseTo(-5 + raise, 9);
  });

  test('what an event does not state is not a change', () => {
    const silent = {
      device: undefined,
      agent: undefined,
      country: undefined,
      asn: undefined,
      prefix: undefined,
    };
    expect(running(session({ key: 'a', keys: silent }))).toBe(-5);
  });

  test('failures and sensitive resources add up; the same resource again does not', () => {
    const once = session({ key: 'a', keys: { resource: 'payroll' }, facts: { sensitivity: 'high' } });
    expect(running(once)).toBeCloseTo(-5 + SESSION_EVIDENCE.sensitiveResource, 9);
    const twice = session(
      { key: 'a', keys: { resource: 'payroll' }, facts: { sensitivity: 'high' } },
      { key: 'b', keys: { resource: 'payroll' }, facts: { sensitivity: 'high' } },
      { key: 'c', failed: true },
      { key: 'd', failed: true },
    );
    expect(running(twice)).toBeCloseTo(-5 + 0.7 + 2 * SESSION_EVIDENCE.failedAttempt, 9);
    expect(running(session({ key: 'a', keys: { resource: 'lunch' }, facts: { sensitivity: 'low' } }))).toBe(
      -5,
    );
  });

  test("an event's own assessment counts as the worst one, not as the sum, and not beside the change", () => {
    const alarming = session({ key: 'a', logit: -2 }, { key: 'b', logit: -2.5 }, { key: 'c', logit: -2 });
    expect(running(alarming)).toBeCloseTo(-2, 9);
    const both = session({ key: 'a', logit: -2, keys: { agent: 'other' } });
    expect(running(both)).toBeCloseTo(-2, 9);
  });

  test('behavioural confidence moves it both ways, bounded, the latest alone', () => {
    const with_ = (...scores: number[]) =>
      running(
        session(
          ...scores.map((score, index) => ({
            key: `b${index}`,
            facts: { evidence: [{ type: 'behavioural_confidence', score }] },
          })),
        ),
      );
    expect(with_(0.5)).toBe(-5);
    expect(with_(0.8)).toBeCloseTo(-5 - Math.log(4), 9);
    expect(with_(0.1, 0.1, 0.1)).toBeCloseTo(-3, 9);
    expect(with_(0)).toBeCloseTo(-3, 9);
    expect(with_(0, 1)).toBeCloseTo(-7, 9);
  });

  test('other roles are told as changed claims; the same ones are not', () => {
    const clerk = { facts: { roles: 'clerk' } };
    const granted = session(
      { key: 'a', ...clerk },
      { key: 'b', ...clerk },
      { key: 'c', facts: { roles: 'admin' } },
    );
    expect(kinds(granted)).toEqual(['token-claims']);
    expect(running(granted)).toBeCloseTo(-5 + SESSION_EVIDENCE.rolesChanged, 9);
  });

  test('a device that stops meeting the rules is told, and when it meets them again', () => {
    const says = (key: string, score: number) => ({
      key,
      facts: { evidence: [{ type: 'device_compliance', score }] },
    });
    const flipped = session(says('a', 1), says('b', 0), says('c', 0), says('d', 1));
    expect(flipped.outbox).toEqual([
      { id: 'device#b', kind: 'device-compliance', time: NOW, compliant: false },
      { id: 'device#d', kind: 'device-compliance', time: NOW, compliant: true },
    ]);
  });

  test('use after signing out is suspicious; use before it that arrives late is not', () => {
    const out = { key: 'out', action: 'sign_out' as const, at: 10 * MINUTE };
    expect(session(out).status).toBe('ended');
    expect(running(session(out, { key: 'late', at: 9 * MINUTE }))).toBe(-5);
    expect(running(session(out, { key: 'after', at: 11 * MINUTE }))).toBeCloseTo(-3, 9);
  });
});

describe('the running score', () => {
  test('is half-way back to the level after one half-life', () => {
    const moved = session({ key: 'a', keys: { agent: 'other' } });
    expect(running(moved, NOW + HALF_LIFE_MS)).toBeCloseTo(-4, 9);
    expect(running(moved, NOW + 20 * HALF_LIFE_MS)).toBeCloseTo(-5, 4);
  });

  test('is bounded, whatever comes', () => {
    let one = session();
    for (let index = 0; index < 200; index++)
      one = applyEvidence(one, {
        eventKey: `e${index}`,
        eventId: 'e',
        time: NOW + index,
        logOdds: 10,
        code: 'x',
      });
    expect(running(one)).toBe(16);
  });
});

describe('the thresholds', () => {
  const moved = { key: 'moved', keys: { device: 'other', agent: 'other' } };
  const gone = { key: 'gone', keys: { device: 'other', agent: 'other', country: 'BR', asn: 'AS1' } };

  test('a changed device and agent step up, once; the level is told with it', () => {
    const stopped = session(moved, { key: 'more' }, { key: 'still-more' });
    expect(stopped.status).toBe('step_up');
    expect(kinds(stopped)).toEqual(['step-up-required', 'risk-level']);
    expect(stopped.outbox[0]).toMatchObject({ eventId: 'event-moved', score: probability(0) });
  });

  test('one of them alone does not', () => {
    expect(session({ key: 'a', keys: { device: 'other' } }).status).toBe('active');
    expect(THRESHOLDS.stepUp).toBeGreaterThan(-5 + SESSION_EVIDENCE.deviceChanged);
  });

  test('everything at once revokes, once and for good', () => {
    const revoked = session(
      gone,
      { key: 'b', at: MINUTE },
      { key: 'c', action: 'second_factor', at: 2 * MINUTE },
    );
    expect(revoked.status).toBe('revoked');
    expect(kinds(revoked).filter((kind) => kind === 'session-revoked')).toHaveLength(1);
    expect(kinds(revoked)).not.toContain('step-up-required');
  });

  test('waiting does not answer a step-up', () => {
    const waited = session(moved, { key: 'later', at: 40 * HALF_LIFE_MS });
    expect(running(waited)).toBeCloseTo(-5, 6);
    expect(waited.status).toBe('step_up');
  });

  test.each([
    ['a second factor', { action: 'second_factor', factors: ['totp'] }, 'active'],
    ['a new sign-in with a passkey', { action: 'sign_in', factors: ['passkey'] }, 'active'],
    ['a password alone', { action: 'sign_in', factors: ['password'] }, 'step_up'],
    ['a failure', { action: 'second_factor', factors: ['totp'], outcome: 'failure' }, 'step_up'],
    ['an open challenge', { action: 'second_factor', factors: ['totp'], outcome: 'challenged' }, 'step_up'],
    ['a token', { action: 'token', factors: ['totp'] }, 'step_up'],
  ] as const)('%s afterwards leaves it %s', (_, facts, status) => {
    const { action, ...rest } = facts;
    const after = session(moved, { key: 'answer', at: MINUTE, action, facts: rest });
    expect(after.status).toBe(status);
  });

  test.each([
    ['given before it was asked for', { at: -MINUTE }],
    ['itself too risky', { at: MINUTE, level: 'high' as const }],
    ['refused by policy', { at: MINUTE, outcome: 'deny' as const }],
  ])('a second factor %s does not answer', (_, parts) => {
    const after = session(moved, { key: 'answer', action: 'second_factor', ...parts });
    expect(after.status).toBe('step_up');
  });

  test('a decision that is resolved to allow answers it, once; resolved otherwise, or too early, it does not', () => {
    const stopped = session(moved);
    const { observation, decision } = sessionEvent(moved);
    const resolved = (outcome: 'allow' | 'deny', at: number) =>
      applyResolution(stopped, {
        observation,
        decision: {
          ...decision,
          outcome,
          resolution: {
            from: 'step_up',
            by: 'presentation',
            reference: 'r',
            time: new Date(NOW + at).toISOString(),
          },
        },
      });
    const answered = resolved('allow', MINUTE);
    expect(answered.status).toBe('active');
    expect(running(answered)).toBe(-5);
    expect(resolved('deny', MINUTE)).toBe(stopped);
    expect(applyResolution(stopped, { observation, decision })).toBe(stopped);
    // What happens after it counts anew.
    const again = applyEvent(
      answered,
      sessionEvent({ key: 'x', at: 2 * MINUTE, keys: { device: 'x', agent: 'x' } }),
    );
    expect(again.status).toBe('step_up');
    const revoked = session(gone);
    expect(
      applyResolution(revoked, {
        observation,
        decision: {
          ...decision,
          resolution: {
            from: 'step_up',
            by: 'review',
            reference: 'r',
            time: new Date(NOW + MINUTE).toISOString(),
          },
        },
      }),
    ).toBe(revoked);
  });

  test('what a verified step-up answered for is not asked about again; more than that is', () => {
    const risky = { logit: -0.5, keys: moved.keys };
    const asked = session({ key: 'r', ...risky });
    expect(asked.status).toBe('step_up');
    const answered = applyEvent(
      asked,
      sessionEvent({ key: 'a', at: MINUTE, action: 'second_factor', ...risky }),
    );
    const again = applyEvent(answered, sessionEvent({ key: 'b', at: 2 * MINUTE, ...risky }));
    expect(again).toMatchObject({ status: 'active', own: { value: 0 } });
    const worse = applyEvent(again, sessionEvent({ key: 'c', at: 3 * MINUTE, logit: 4, keys: moved.keys }));
    expect(worse.status).toBe('step_up');
  });

  test('what came before a verified step-up, and is told after it, counts no more', () => {
    const answered = session({ key: 'answer', at: MINUTE, action: 'second_factor', keys: moved.keys });
    const late = applyEvent(
      answered,
      sessionEvent({ key: 'late', at: MINUTE - 1, keys: { device: 'x', agent: 'x' } }),
    );
    expect(late).toMatchObject({ status: 'active', outbox: answered.outbox });
    expect(running(late)).toBe(-5);
    const after = applyEvent(
      answered,
      sessionEvent({ key: 'l', at: MINUTE + 1, keys: { device: 'x', agent: 'x' } }),
    );
    expect(after.status).toBe('step_up');
  });

  test('after a verified step-up the new device is no news, and the next change is', () => {
    const answered = session(moved, { key: 'answer', at: MINUTE, action: 'second_factor', keys: moved.keys });
    expect(answered.status).toBe('active');
    expect(running(answered)).toBe(-5);
    const later = applyEvent(answered, sessionEvent({ key: 'l', at: 2 * MINUTE, keys: moved.keys }));
    expect(running(later)).toBe(-5);
    const again = applyEvent(
      later,
      sessionEvent({ ...gone, key: 'g', at: 3 * MINUTE, keys: { device: 'third', agent: 'third' } }),
    );
    expect(again.status).toBe('step_up');
  });

  test('a score at the edge of a level is not told again and again', () => {
    const edge = session({ key: 'up', logit: -2.9 });
    expect(edge.told).toBe('medium');
    const below = applyEvent(edge, sessionEvent({ key: 'down', at: 2 * MINUTE }));
    expect(below.told).toBe('medium');
    const far = applyEvent(below, sessionEvent({ key: 'far', at: 60 * MINUTE }));
    expect(far.told).toBe('low');
    expect(kinds(far)).toEqual(['risk-level', 'risk-level']);
  });
});

describe('assurance', () => {
  test.each<[Factor[], number]>([
    [['password'], 1],
    [[], 1],
    [['password', 'totp'], 2],
    [['passkey'], 3],
  ])('of %j is %i', (factors, level) => expect(assuranceOf(factors)).toBe(level));

  test('that rises is told, once', () => {
    const risen = session(
      { key: 'a', action: 'second_factor', facts: { factors: ['passkey'] } },
      { key: 'b', action: 'second_factor', facts: { factors: ['passkey'] } },
    );
    expect(risen.outbox).toEqual([{ id: 'aal#a', kind: 'assurance-level', time: NOW, from: 2, to: 3 }]);
  });
});

describe('evidence from outside', () => {
  const evidence = { eventKey: 'x', eventId: 'signal', time: NOW + MINUTE, code: 'sessionRevoked' };

  test('raises, lowers and revokes, at most once', () => {
    expect(running(applyEvidence(session(), { ...evidence, logOdds: 2 }))).toBeCloseTo(-3, 9);
    expect(running(applyEvidence(session(), { ...evidence, logOdds: -1 }), NOW + MINUTE)).toBeCloseTo(-6, 9);
    const revoked = applyEvidence(session(), { ...evidence, logOdds: 0, revokes: true });
    expect(revoked.status).toBe('revoked');
    expect(applyEvidence(revoked, { ...evidence, logOdds: 0, revokes: true })).toBe(revoked);
    let trusted = session();
    for (let index = 0; index < 9; index++)
      trusted = applyEvidence(trusted, { ...evidence, eventKey: `t${index}`, logOdds: -2 });
    expect(running(trusted, evidence.time)).toBeCloseTo(-8, 9);
  });
});

describe('in any order and however often', () => {
  const arbitrary = fc.record({
    at: fc.integer({ min: 0, max: 5 * HALF_LIFE_MS }),
    keys: fc.record({
      device: fc.constantFrom('d', 'other', undefined),
      asn: fc.constantFrom('AS64500', 'AS1', undefined),
    }),
    failed: fc.boolean(),
    logit: fc.double({ min: -16, max: 16, noNaN: true }),
    action: fc.constantFrom('token', 'second_factor', 'sign_out', 'resource_access', 'sign_in'),
  });

  test('repeats change nothing, and the record stays bounded', () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 80 }), (parts) => {
        const events: SessionEvent[] = parts.map((part, index) =>
          sessionEvent({ ...part, key: `k${index}` } as SessionEventParts),
        );
        let one = session();
        for (const event of events) {
          const next = applyEvent(one, event);
          expect(applyEvent(next, event)).toBe(next);
          one = { ...next, outbox: [] };
        }
        for (const event of events) expect(applyEvent(one, event)).toBe(one);
        expect(one.applied.length).toBeLessThanOrEqual(SESSION_LIMITS.applied);
        for (const values of Object.values(one.seen)) expect(values.length).toBeLessThanOrEqual(4);
        expect(Math.abs(running(one))).toBeLessThanOrEqual(16);
        expect(JSON.stringify(one).length).toBeLessThan(8_000);
        expect(JSON.parse(JSON.stringify(one))).toEqual(one);
      }),
      { numRuns: 60 },
    );
  });
});
