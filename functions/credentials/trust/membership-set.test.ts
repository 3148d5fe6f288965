import { expect, test } from 'vitest';
import { encodeClaim, FIELD_ORDER, LargeSet } from '../statement/index.ts';
import { setRoot } from './membership-set.ts';
import { trustedIssuerSchema } from './trusted-issuer.ts';

const accepts = (set: unknown): boolean =>
  trustedIssuerSchema.safeParse({ types: ['T'], sets: { 'https://a.example/countries': set } }).success;

test('a set has the root of its tree, whichever way it is written', () => {
  const { root } = new LargeSet(['AU', 'NZ'].map((code) => encodeClaim('string', code)));
  expect(setRoot({ type: 'string', members: ['NZ', 'AU'] })).toBe(root);
  expect(setRoot({ root: String(root) })).toBe(root);
  expect(setRoot({ type: 'string', members: ['NZ', 'AX'] })).not.toBe(root);
});

test('a set is written by its members, each once and of its type, or by a root in the field', () => {
  expect(accepts({ type: 'string', members: ['NZ', 'AU'] })).toBe(true);
  expect(accepts({ type: 'integer', members: [1, 2] })).toBe(true);
  expect(accepts({ root: '0' })).toBe(true);
  expect(accepts({ root: String(FIELD_ORDER - 1n) })).toBe(true);
  for (const set of [
    { type: 'string', members: [] },
    { type: 'string', members: ['NZ', 'NZ'] },
    { type: 'integer', members: ['NZ'] },
    { type: 'integer', members: Array.from({ length: 1_001 }, (_, index) => index) },
    { type: 'country', members: ['NZ'] },
    { root: String(FIELD_ORDER) },
    { root: '01' },
    { root: '-1' },
    { root: '0x1' },
    { root: '1', members: ['NZ'], type: 'string' },
    'https://a.example/countries',
  ])
    expect(accepts(set), JSON.stringify(set).slice(0, 80)).toBe(false);
});

test('there are at most 32 sets', () => {
  const many = (count: number) => ({
    types: ['T'],
    sets: Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, { root: '1' }])),
  });
  expect(trustedIssuerSchema.safeParse(many(32)).success).toBe(true);
  expect(trustedIssuerSchema.safeParse(many(33)).success).toBe(false);
});
