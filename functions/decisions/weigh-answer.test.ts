import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WalletBinding } from '../presentations/requests/index.ts';
import { type Answer, weighAnswer } from './weigh-answer.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const HOLDERS = ['h-1', 'h-2', 'h-3'];

const aBinding = fc
  .record({
    holder: fc.constantFrom(...HOLDERS),
    enrolledAt: fc.integer({ min: NOW - 3, max: NOW + 3 }),
    retiredAt: fc.option(fc.integer({ min: NOW - 3, max: NOW + 3 }), { nil: undefined }),
  })
  .map(
    ({ holder, enrolledAt, retiredAt }): WalletBinding => ({
      id: holder,
      tenant: 't',
      subject: 'ada',
      holder,
      format: 'ldp_vc',
      enrolledAt,
      enrolledBy: 'session',
      ...(retiredAt === undefined ? {} : { retiredAt }),
    }),
  );

const aCredential = fc.boolean().map((zk) => ({
  id: 'c',
  format: 'ldp_vc',
  issuer: 'i',
  type: 'T',
  claims: {},
  status: 'valid' as const,
  ...(zk ? { predicates: [] } : {}),
}));

const anAnswer = fc.record({
  event: fc.integer({ min: NOW - 3, max: NOW + 300_000 }),
  wallets: fc.uniqueArray(aBinding, { maxLength: 3, selector: ({ holder }) => holder }),
  holder: fc.option(fc.constantFrom(...HOLDERS), { nil: undefined }),
  owner: fc.option(fc.constantFrom('ada', 'bob'), { nil: undefined }),
  wallet: fc.boolean(),
  credentials: fc.array(aCredential, { minLength: 1, maxLength: 4 }),
  verifiedAt: fc.integer({ min: NOW, max: NOW + 30 * 60_000 }),
});

test('trust comes from an enrolled wallet alone, once, and the wrong holder proves nothing', () => {
  fc.assert(
    fc.property(anAnswer, ({ event, wallets, holder, owner, wallet, credentials, verifiedAt }) => {
      const answer: Answer = {
        decision: {
          subject: 'ada',
          time: new Date(event).toISOString(),
          decidedAt: new Date(NOW).toISOString(),
        },
        asked: { query: 'q', wallet },
        presented: { credentials, verifiedAt, ...(holder === undefined ? {} : { holder }) },
        wallets,
        owner: owner === undefined ? undefined : { subject: owner },
      };
      const { proved, reasons } = weighAnswer(answer);
      const own = wallets.some(
        (one) =>
          one.holder === holder && one.retiredAt === undefined && one.enrolledAt < Math.min(event, NOW),
      );
      const [term, ...others] = reasons;
      expect(others).toEqual([]);
      if ((term?.contribution ?? 0) < 0) {
        expect([own, proved]).toEqual([true, ['q']]);
        expect(verifiedAt - NOW).toBeLessThanOrEqual(15 * 60_000);
      }
      if ((term?.contribution ?? 0) > 0) {
        expect([own, holder === undefined, proved]).toEqual([false, false, []]);
      }
      // Without a wallet, of one's own or of another, there is nothing to be wrong about.
      if (wallets.length === 0 && owner !== 'bob') expect(term).toBeUndefined();
      // Only its own wallet answers for the account.
      if (wallet && !own) expect(proved).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});
