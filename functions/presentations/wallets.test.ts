import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import { finishEnrolment } from './finish-enrolment.ts';
import type { PresentationRequest } from './presentation-request.ts';
import type { Outcome } from './presentation-result.ts';
import { enrolledBefore, MAX_WALLETS, type WalletBinding, walletBindingId } from './wallet-binding.ts';
import { type WalletStore, walletStore } from './wallets.store.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const DAY_MS = 86_400_000;

let tables: TestTables;
let wallets: WalletStore;
let tenant: string;
let run = 0;
beforeAll(async () => {
  tables = await startTables();
  wallets = walletStore(tables.client, tables.wallets);
});
afterAll(() => tables.close());
beforeEach(() => {
  tenant = `t${run++}`;
});

const binding = (subject: string, holder: string, change: Partial<WalletBinding> = {}): WalletBinding => ({
  id: walletBindingId(tenant, subject, holder),
  tenant,
  subject,
  holder,
  format: 'dc+sd-jwt',
  enrolledAt: NOW,
  enrolledBy: 'session',
  ...change,
});
const active = async (subject: string) =>
  (await wallets.of(tenant, subject)).filter(({ retiredAt }) => retiredAt === undefined);

describe('wallets of subjects', () => {
  test('are enrolled once, and known to be whose', async () => {
    const one = binding('ada', 'phone');
    expect(await wallets.enrol(one)).toBe('enrolled');
    expect(await wallets.enrol({ ...one, enrolledAt: NOW + 5 })).toBe('enrolled');
    expect(await wallets.of(tenant, 'ada')).toEqual([one]);
    expect(await wallets.ownerOf(tenant, 'phone')).toMatchObject({ subject: 'ada' });
    expect(await wallets.ownerOf(tenant, 'tablet')).toBeUndefined();
  });

  test("are nobody else's, but may be in another tenant", async () => {
    await wallets.enrol(binding('ada', 'phone'));
    expect(await wallets.enrol(binding('eve', 'phone'))).toBe('wallet-of-another-subject');
    expect(await wallets.of(tenant, 'eve')).toEqual([]);
    expect(await wallets.enrol({ ...binding('eve', 'phone'), tenant: `${tenant}-b` })).toBe('enrolled');
  });

  test('of many who enrol one wallet at once, one has it', async () => {
    const subjects = Array.from({ length: 12 }, (_, index) => `u${index}`);
    const all = await Promise.all(subjects.map((subject) => wallets.enrol(binding(subject, 'phone'))));
    expect(all.filter((one) => one === 'enrolled')).toHaveLength(1);
    const held = await Promise.all(subjects.map(active));
    expect(held.flat()).toHaveLength(1);
  });

  test('of many that one subject enrols at once none is lost, and there are no more than may be', async () => {
    const holders = Array.from({ length: MAX_WALLETS + 3 }, (_, index) => `w${index}`);
    const all: string[] = [];
    for (const some of [holders.slice(0, 4), holders.slice(4, 8), holders.slice(8)])
      all.push(...(await Promise.all(some.map((holder) => wallets.enrol(binding('ada', holder))))));
    expect(all.filter((one) => one === 'enrolled')).toHaveLength(MAX_WALLETS);
    expect(all.slice(MAX_WALLETS)).toEqual(Array(3).fill('too-many-wallets'));
    expect(await active('ada')).toHaveLength(MAX_WALLETS);
    // What was refused is free for its own person.
    expect(await wallets.enrol(binding('eve', holders.at(-1)!))).toBe('enrolled');
  });

  test('make room when one is retired', async () => {
    for (let index = 0; index < MAX_WALLETS; index++) await wallets.enrol(binding('ada', `w${index}`));
    expect(await wallets.enrol(binding('ada', 'new'))).toBe('too-many-wallets');
    await wallets.retire(tenant, 'ada', walletBindingId(tenant, 'ada', 'w0'), NOW + 1);
    expect(await wallets.enrol(binding('ada', 'new', { enrolledAt: NOW + 2 }))).toBe('enrolled');
  });
});

describe('a retired wallet', () => {
  const id = () => walletBindingId(tenant, 'ada', 'phone');
  beforeEach(async () => {
    await wallets.enrol(binding('ada', 'phone'));
  });

  test('stays in the record, once, and counts no more', async () => {
    expect(await wallets.retire(tenant, 'ada', id(), NOW + 10)).toMatchObject({ retiredAt: NOW + 10 });
    expect(await wallets.retire(tenant, 'ada', id(), NOW + 20)).toMatchObject({ retiredAt: NOW + 10 });
    const all = await wallets.of(tenant, 'ada');
    expect(all).toHaveLength(1);
    expect(enrolledBefore(all, 'phone', NOW + 5)).toBeUndefined();
  });

  test("is of its own subject's ids only", async () => {
    expect(await wallets.retire(tenant, 'eve', id(), NOW + 10)).toBeUndefined();
    expect(await wallets.retire(`${tenant}-b`, 'ada', id(), NOW + 10)).toBeUndefined();
    expect(await wallets.retire(tenant, 'ada', 'another', NOW + 10)).toBeUndefined();
    expect(await active('ada')).toHaveLength(1);
  });

  test("does not come back by the old message, but by a new answer; or becomes another's", async () => {
    await wallets.retire(tenant, 'ada', id(), NOW + 10);
    expect(await wallets.enrol(binding('ada', 'phone'))).toBe('enrolled');
    expect(await active('ada')).toEqual([]);
    expect(await wallets.enrol(binding('ada', 'phone', { enrolledAt: NOW + 20 }))).toBe('enrolled');
    expect(await active('ada')).toHaveLength(1);
    await wallets.retire(tenant, 'ada', id(), NOW + 30);
    expect(await wallets.enrol(binding('eve', 'phone', { enrolledAt: NOW + 40 }))).toBe('enrolled');
    expect(await wallets.enrol(binding('ada', 'phone', { enrolledAt: NOW + 50 }))).toBe(
      'wallet-of-another-subject',
    );
  });

  test('is forgotten with its subject, and free', async () => {
    await wallets.enrol(binding('ada', 'tablet'));
    expect(await wallets.forget(tenant, 'ada')).toBe(2);
    expect(await wallets.of(tenant, 'ada')).toEqual([]);
    expect(await wallets.ownerOf(tenant, 'phone')).toBeUndefined();
    expect(await wallets.enrol(binding('eve', 'phone'))).toBe('enrolled');
    expect(await wallets.forget(tenant, 'ada')).toBe(0);
  });
});

describe('a crash between the two writes', () => {
  /** The record of whose a holder is, as a crash left it. */
  const claimed = (subject: string, enrolledAt: number) =>
    tables.client.send(
      new PutItemCommand({
        TableName: tables.wallets,
        Item: {
          pk: { S: `h#${tenant}#phone` },
          subject: { S: subject },
          enrolledAt: { N: String(enrolledAt) },
        },
      }),
    );

  test('of an enrolment leaves no wallet, and the same message finishes it', async () => {
    await claimed('ada', NOW);
    expect(await wallets.of(tenant, 'ada')).toEqual([]);
    // Somebody else does not get in between.
    expect(await wallets.enrol(binding('eve', 'phone', { enrolledAt: NOW + 1000 }))).toBe(
      'wallet-of-another-subject',
    );
    expect(await wallets.enrol(binding('ada', 'phone'))).toBe('enrolled');
    expect(await active('ada')).toHaveLength(1);
  });

  test('of an enrolment that nobody finishes keeps the wallet for two days, and not for ever', async () => {
    await claimed('ada', NOW);
    const late = (after: number) => wallets.enrol(binding('eve', 'phone', { enrolledAt: NOW + after }));
    expect(await late(2 * DAY_MS)).toBe('wallet-of-another-subject');
    expect(await late(2 * DAY_MS + 1)).toBe('enrolled');
    // The lost message, if it comes now, is too late.
    expect(await wallets.enrol(binding('ada', 'phone'))).toBe('wallet-of-another-subject');
  });

  test('of a retirement leaves the wallet retired, and free for another', async () => {
    await wallets.enrol(binding('ada', 'phone'));
    await wallets.retire(tenant, 'ada', walletBindingId(tenant, 'ada', 'phone'), NOW + 10);
    await claimed('ada', NOW);
    expect(await active('ada')).toEqual([]);
    expect(await wallets.enrol(binding('eve', 'phone', { enrolledAt: NOW + 20 }))).toBe('enrolled');
    expect(await active('eve')).toHaveLength(1);
  });

  test('of an erasure is finished by the next one', async () => {
    await wallets.enrol(binding('ada', 'phone'));
    await tables.client.send(
      new DeleteItemCommand({ TableName: tables.wallets, Key: { pk: { S: `h#${tenant}#phone` } } }),
    );
    expect(await wallets.forget(tenant, 'ada')).toBe(1);
    expect(await wallets.of(tenant, 'ada')).toEqual([]);
  });
});

test('a wallet counts from the moment after its enrolment', () => {
  const one = binding('ada', 'phone');
  expect(enrolledBefore([one], 'phone', NOW + 1)).toBe(one);
  expect(enrolledBefore([one], 'phone', NOW)).toBeUndefined();
  expect(enrolledBefore([one], 'tablet', NOW + 1)).toBeUndefined();
  expect(enrolledBefore([one], undefined, NOW + 1)).toBeUndefined();
});

describe('finishing an enrolment', () => {
  const request = (concerns: PresentationRequest['concerns']): PresentationRequest =>
    ({ walletId: 'w', tenant, ...(concerns ? { concerns } : {}) }) as PresentationRequest;
  const ENROLS = { kind: 'enrolment', subject: 'ada', by: 'operator', reference: 'op' } as const;
  const outcome = (holder?: string): Outcome => ({
    credentials: [{ id: 'a', format: 'ldp_vc', issuer: 'i', type: 't', claims: {}, status: 'not-checked' }],
    ...(holder === undefined ? {} : { holder }),
    verifiedAt: NOW,
  });
  const finish = (answered: Outcome | undefined, concerns: PresentationRequest['concerns'] = ENROLS) =>
    finishEnrolment(
      { wallets },
      { request: request(concerns), tries: 0, ...(answered ? { outcome: answered } : {}) },
    );

  test('binds the wallet from when it answered, and comes to the same when it is called again', async () => {
    const id = walletBindingId(tenant, 'ada', 'phone');
    for (let times = 0; times < 2; times++)
      expect(await finish(outcome('phone'))).toEqual({ status: 'enrolled', wallet: id });
    expect(await wallets.of(tenant, 'ada')).toEqual([
      binding('ada', 'phone', { format: 'ldp_vc', enrolledBy: 'operator' }),
    ]);
  });

  test('says why not', async () => {
    expect(await finish(undefined)).toEqual({ status: 'refused', reason: 'presentation-rejected' });
    expect(await finish(outcome())).toEqual({ status: 'refused', reason: 'holder-unproved' });
    await wallets.enrol(binding('eve', 'phone'));
    expect(await finish(outcome('phone'))).toEqual({
      status: 'refused',
      reason: 'wallet-of-another-subject',
    });
    expect(await wallets.of(tenant, 'ada')).toEqual([]);
  });

  test('is for enrolments', async () => {
    const decision = { kind: 'decision', eventId: 'e', subject: 'ada' } as const;
    for (const concerns of [decision, undefined])
      await expect(
        finishEnrolment({ wallets }, { request: request(concerns), tries: 0, outcome: outcome('phone') }),
      ).rejects.toMatchObject({ code: 'request-invalid' });
  });
});
