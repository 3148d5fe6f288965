import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import { type BaselineStore, baselineIn, baselineStore, emptyBaseline, learn } from '../baselines/index.ts';
import { type IdentityEvent, UNKNOWN_SUBJECT } from '../events/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { changeIn, rememberChange } from './identity-change.ts';
import { subjectKey } from './keys.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const KEY = 'a-key-for-tests-only-that-is-long-enough';
const event = (changes: Partial<IdentityEvent> = {}): IdentityEvent => ({
  type: 'identity',
  id: 'i-1',
  tenant: 'shop',
  time: NOW,
  source: 'shop.example',
  provider: 'okta',
  change: 'factor_reset',
  operation: 'user.mfa.factor.reset_all',
  outcome: 'success',
  actor: { id: 'help-desk', kind: 'person' },
  target: { id: 'u-1', kind: 'person' },
  unfilled: [],
  ...changes,
});

describe('whose account was changed, and by whom', () => {
  test.each([
    ['an administrator', {}, { subject: 'u-1', by: 'admin' }],
    ['the account itself', { actor: { id: 'u-1', kind: 'person' } }, { subject: 'u-1', by: 'self' }],
    ['nobody known', { actor: { id: UNKNOWN_SUBJECT, kind: 'person' } }, { subject: 'u-1', by: 'unknown' }],
  ] as const)('%s', (_, changes, { subject, by }) => {
    expect(changeIn(event(changes))).toEqual({ subject, change: { kind: 'factor_reset', time: NOW, by } });
  });

  test('what one does to oneself needs no target; what is done to others does', () => {
    const { target: _, ...alone } = event({ change: 'password_changed' });
    expect(changeIn(alone)).toMatchObject({ subject: 'help-desk', change: { by: 'self' } });
    expect(changeIn({ ...alone, change: 'privilege_granted' })).toBeUndefined();
  });

  test.each([
    ['it failed', { outcome: 'failure' }],
    ['it concerns a policy', { target: { id: 'p-1', kind: 'policy' } }],
    ['it is of no use to detections', { change: 'consent_granted' }],
    ['it names nobody', { target: { id: UNKNOWN_SUBJECT, kind: 'person' } }],
  ] as const)('no account when %s', (_, changes) => {
    expect(changeIn(event(changes))).toBeUndefined();
  });
});

describe('remembering', () => {
  let tables: TestTables;
  let baselines: BaselineStore;
  beforeAll(async () => {
    tables = await startTables();
    baselines = baselineStore(tables.client, tables.baselines, () => NOW);
  });
  afterAll(() => tables.close());
  const deps = () => ({ baselines, pseudonymKey: async () => KEY });
  const keyOf = (subject: string) => subjectKey('shop', pseudonymsFor(KEY, 'shop')('subject', subject));
  const stored = async (subject: string) =>
    baselineIn((await baselines.read([keyOf(subject)])).get(keyOf(subject)));

  test('a change enters the baseline of its subject once, however often it is delivered', async () => {
    expect(await rememberChange(event(), deps())).toBe(true);
    expect(await rememberChange(event(), deps())).toBe(true);
    const baseline = await stored('u-1');
    expect(baseline?.changes).toEqual([{ kind: 'factor_reset', time: NOW, by: 'admin' }]);
    expect(baseline?.version).toBe(1);
    expect(await rememberChange(event({ outcome: 'failure' }), deps())).toBe(false);
  });

  test('changes and sign-ins that come at once lose nothing', async () => {
    const target = { id: 'u-2', kind: 'person' } as const;
    await Promise.all(
      Array.from({ length: 3 }, (_, i) => rememberChange(event({ target, time: NOW + i * 1_000 }), deps())),
    );
    const before = (await stored('u-2')) ?? emptyBaseline();
    expect(before.changes).toHaveLength(3);
    const seen = { eventKey: 'event-00001', time: NOW, teaches: true, failed: false, factorFailed: false };
    const learned = learn(before, { ...seen, keys: { country: 'FR' } });
    await rememberChange(event({ target, change: 'password_reset' }), deps());
    // The sign-in was decided on an older version: it is refused, and applied again on the fresh one.
    expect(await baselines.putBaseline(keyOf('u-2'), learned, before.version)).toBe(false);
    expect((await stored('u-2'))?.changes).toHaveLength(4);
  });

  test('erasing a subject leaves nothing of it, and a stale writer cannot bring it back', async () => {
    const target = { id: 'u-3', kind: 'person' } as const;
    await rememberChange(event({ target }), deps());
    const before = (await stored('u-3'))!;
    await baselines.erase(keyOf('u-3'));
    expect(await stored('u-3')).toBeUndefined();
    const later = { ...before, version: before.version + 1 };
    expect(await baselines.putBaseline(keyOf('u-3'), later, before.version)).toBe(false);
    expect(await stored('u-3')).toBeUndefined();
  });
});
