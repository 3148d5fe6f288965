import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEngines } from '../../test/engines.ts';
import { emptyBaseline, learn } from '../baselines/index.ts';
import { type AuthEvent, parseEvent } from '../events/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { type NetworkLookup, parseAgent } from '../signals/index.ts';
import { assess, type Engines, factsOf, levelOf, scoreOf, teaching } from './assess.ts';
import type { Decision } from './decision.ts';
import type { History } from './history.store.ts';

const NOW = Date.UTC(2026, 10, 20, 9, 24);
const pseudonym = pseudonymsFor('a-key-for-tests-only-0123456789-0123456789', 'default');
const stranger: History = { subject: emptyBaseline(), velocity: {} };

let engines: Engines;
let lookup: NetworkLookup;
beforeAll(async () => {
  const loaded = await loadEngines();
  engines = { scorer: await loaded.engines.scorer(), pdp: await loaded.engines.pdp('shop') };
  lookup = await loaded.lookup();
});

const eventOf = (data: Record<string, unknown> = {}, time = NOW): AuthEvent =>
  parseEvent(
    {
      source: 'test.example',
      'detail-type': 'Authentication Observed',
      detail: {
        metadata: { id: `e-${time}`, time: new Date(time).toISOString() },
        data: { subject: { id: 'u-1' }, action: 'sign_in', outcome: 'success', ...data },
      },
    },
    { now: NOW, tenant: 'default' },
  ) as AuthEvent;

const factsAbout = (event: AuthEvent) =>
  factsOf(
    event,
    pseudonym,
    event.network && lookup.lookup(event.network.ip),
    event.agent?.userAgent === undefined ? undefined : parseAgent(event.agent.userAgent),
  );
const decideOn = (event: AuthEvent, history: History = stranger): Promise<Decision> =>
  assess(factsAbout(event), history, engines, 'shadow', NOW);

/** Events with any of the optional members, from anywhere. */
const anEvent = fc
  .record(
    {
      subject: fc.record({
        id: fc.constantFrom('u-1', 'u-2'),
        kind: fc.constantFrom('person', 'service', 'agent', 'device'),
      }),
      outcome: fc.constantFrom('success', 'failure', 'challenged'),
      factors: fc.subarray(['password', 'totp', 'push', 'passkey', 'sms']),
      network: fc.record({ ip: fc.oneof(fc.ipV4(), fc.ipV6()) }),
      agent: fc.record({ userAgent: fc.string({ maxLength: 80 }), deviceId: fc.constantFrom('d-1', 'd-2') }),
      application: fc.record({ id: fc.constantFrom('shop', 'bank') }),
      resource: fc.record({
        id: fc.constantFrom('payroll', 'wiki'),
        sensitivity: fc.constantFrom('low', 'medium', 'high'),
      }),
    },
    { requiredKeys: ['subject', 'outcome'] },
  )
  .chain((data) => fc.integer({ min: NOW - 300 * 86_400_000, max: NOW }).map((time) => eventOf(data, time)));

describe('an assessment', () => {
  test('prints terms that add up to its score, whatever the event and its history', async () => {
    await fc.assert(
      fc.asyncProperty(anEvent, fc.array(anEvent, { maxLength: 8 }), async (event, past) => {
        let subject = emptyBaseline();
        past.forEach((one, index) => {
          subject = learn(subject, {
            ...factsAbout(one).observation,
            eventKey: String(index),
            teaches: true,
          });
        });
        const decision = await decideOn(event, { subject, velocity: {} });
        const logit = decision.reasons.reduce((sum, reason) => sum + reason.contribution, decision.base);
        expect(decision.score).toBe(1 / (1 + Math.exp(-logit)));
        expect(Math.abs(logit)).toBeLessThanOrEqual(16);
        expect(decision.level).toBe(levelOf(decision.score));
        const codes = decision.reasons.map((reason) => reason.code);
        expect(new Set(codes).size).toBe(codes.length);
        for (const { contribution, text, code } of decision.reasons) {
          expect(contribution).not.toBe(0);
          expect(text).not.toMatch(/undefined|\d{1,3}\.\d{1,3}\.|AS\d+/);
          const skipped = decision.evaluators.skipped.some((one) => code.split(' × ').includes(one.code));
          expect(decision.reasons.find((reason) => reason.code === code)?.observed === undefined).toBe(
            skipped,
          );
        }
        // It is written to JSON and read back by everyone who checks the sum.
        const again = JSON.parse(JSON.stringify(decision)) as Decision;
        expect(scoreOf(again.base, again.reasons)).toBe(decision.score);
      }),
      { numRuns: 80 },
    );
  });

  test('names as detections what raised the score, so that policy can forbid by name', async () => {
    const leaked = eventOf({ evidence: [{ type: 'leaked_credential' }] });
    const decision = await decideOn(leaked);
    const term = decision.reasons.find((reason) => reason.code === 'leakedCredential');
    if (term && term.contribution >= 0.5)
      expect(decision.policy.determining).toContain('never-allow-leaked-credential');
    expect((await decideOn(eventOf())).policy.determining).not.toContain('never-allow-leaked-credential');
  });
});

describe('what may teach', () => {
  const decision = (changes: Partial<Decision>) =>
    ({ mode: 'shadow', level: 'low', outcome: 'allow', ...changes }) as Decision;
  test('in shadow mode low-risk successes, in enforce mode what was allowed; other successes wait, no failure does', () => {
    const cleared = { teaches: true, waits: false };
    const waits = { teaches: false, waits: true };
    const neither = { teaches: false, waits: false };
    expect(teaching(eventOf(), decision({}))).toEqual(cleared);
    expect(teaching(eventOf(), decision({ level: 'medium', outcome: 'step_up' }))).toEqual(waits);
    expect(teaching(eventOf({ outcome: 'failure' }), decision({}))).toEqual(neither);
    expect(teaching(eventOf({ outcome: 'challenged' }), decision({}))).toEqual(neither);
    expect(teaching(eventOf({ action: 'sign_out' }), decision({}))).toEqual(neither);
    expect(teaching(eventOf(), decision({ mode: 'enforce', outcome: 'step_up' }))).toEqual(waits);
    expect(teaching(eventOf(), decision({ mode: 'enforce', level: 'medium' }))).toEqual(cleared);
  });
});
