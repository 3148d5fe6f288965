import { expect, test } from 'vitest';
import { encodeClaim, FIELD_ORDER, LargeSet } from '../statement/index.ts';
import { trustedIssuerSchema } from './trusted-issuer.ts';

const NAME = 'https://a.example/countries';
const parse = (sets: object) => trustedIssuerSchema.safeParse({ types: ['T'], sets });
const accepts = (set: unknown): boolean => parse({ [NAME]: set }).success;
const rootOf = (codes: string[]) =>
  String(new LargeSet(codes.map((code) => encodeClaim('string', code))).root);

test('a set has the root of its tree, computed when it is registered', () => {
  const members = ['NZ', 'AU'];
  const root = rootOf(['AU', 'NZ']);
  const registered = { type: 'string', members, root };
  expect(parse({ [NAME]: { type: 'string', members } }).data?.sets).toEqual({ [NAME]: registered });
  expect(parse({ [NAME]: { root } }).data?.sets).toEqual({ [NAME]: { root } });
  // What was read can be written back.
  expect(parse({ [NAME]: registered }).data?.sets).toEqual({ [NAME]: registered });
  expect(accepts({ ...registered, root: rootOf(['AU', 'AX']) })).toBe(false);
});

test('a set is written by its members, each once and of its type, or by a root in the field', () => {
  expect(accepts({ type: 'integer', members: [1, 2] })).toBe(true);
  expect(accepts({ root: '0' })).toBe(true);
  expect(accepts({ root: String(FIELD_ORDER - 1n) })).toBe(true);
  for (const set of [
    { type: 'string', members: [] },
    { type: 'string', members: ['NZ', 'NZ'] },
    { type: 'integer', members: ['NZ'] },
    { type: 'country', members: ['NZ'] },
    { root: String(FIELD_ORDER) },
    { root: '01' },
    { root: '-1' },
    { root: '0x1' },
    { root: '1', members: ['NZ'] },
    NAME,
  ])
    expect(accepts(set), JSON.stringify(set)).toBe(false);
});

test('there are at most 32 sets, and 512 members in all', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, { root: '1' }]));
  expect(parse(many(32)).success).toBe(true);
  expect(parse(many(33)).success).toBe(false);
  const numbers = (count: number) => ({
    type: 'integer',
    members: Array.from({ length: count }, (_, index) => index),
  });
  expect(parse({ a: numbers(300), b: numbers(212) }).success).toBe(true);
  expect(parse({ a: numbers(300), b: numbers(213) }).success).toBe(false);
});
