import { expect, test } from 'vitest';
import { sealedBox } from './sealed-box.ts';

const SECRET = 'a-secret-of-forty-characters-for-tests-ok';
const box = sealedBox(SECRET, 'session/shop/a');

test('opens what it sealed, and seals the same words differently each time', () => {
  const [first, second] = [box.seal('u-4711 é'), box.seal('u-4711 é')];
  expect([first, second].map(box.open)).toEqual(['u-4711 é', 'u-4711 é']);
  expect(first).not.toBe(second);
  expect(box.open(box.seal(''))).toBe('');
});

test.each([
  ['of another purpose', () => sealedBox(SECRET, 'session/shop/b').open(box.seal('x'))],
  ['under another secret', () => sealedBox(`${SECRET}!`, 'session/shop/a').open(box.seal('x'))],
  [
    'with one bit turned',
    () => {
      const bytes = Buffer.from(box.seal('x'), 'base64url');
      bytes[12]! ^= 1;
      return box.open(bytes.toString('base64url'));
    },
  ],
  ['cut short', () => box.open(box.seal('long enough').slice(0, -4))],
  ['that is nothing', () => box.open('')],
])('refuses a seal %s', (_, open) => {
  expect(open).toThrow(expect.objectContaining({ code: 'seal-broken' }));
});

test('refuses a weak secret', () => {
  expect(() => sealedBox('short', 'x')).toThrow(expect.objectContaining({ code: 'seal-key-weak' }));
});
