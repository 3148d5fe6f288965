import { describe, expect, test } from 'vitest';
import { openLink, signLink } from './feedback-link.ts';
import { PAGE_HEADERS, questionPage } from './feedback-page.ts';

const SECRET = 'a-secret-of-this-test-only-0123456789abcdef';
const NOW = Date.UTC(2026, 10, 20);
const claims = {
  tenant: 'shop',
  decision: `d#shop#${'x'.repeat(27)}`,
  nonce: 'nonce-0123456789',
  expiresAt: NOW + 1_000,
};
const token = signLink(SECRET, claims);
const [payload, mac] = token.split('.') as [string, string];

describe('a one-time link', () => {
  test('says what was signed, until it expires', () => {
    expect(openLink(SECRET, token, NOW)).toEqual(claims);
    expect(openLink(SECRET, token, NOW + 999)).toEqual(claims);
    expect(() => openLink(SECRET, token, NOW + 1_000)).toThrow(
      expect.objectContaining({ code: 'link-expired', status: 410 }),
    );
  });

  const other = Buffer.from(JSON.stringify([`d#bank#${'x'.repeat(27)}`, 'n', NOW * 2])).toString('base64url');
  const last = mac.at(-1)!;
  const twin = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  test.each([
    ['another payload', `${other}.${mac}`],
    ['another signature', `${payload}.${mac.replace(/^./, mac.startsWith('A') ? 'B' : 'A')}`],
    ['a shorter signature', `${payload}.${mac.slice(0, -4)}`],
    ['no signature', `${payload}.`],
    [
      'another writing of the same signature',
      `${payload}.${mac.slice(0, -1)}${twin[twin.indexOf(last) ^ 1]}`,
    ],
    ['a third part', `${token}.x`],
    ['nothing', ''],
    ['very much', `${'x'.repeat(700)}.${mac}`],
  ])('is refused with %s', (_, forged) => {
    expect(() => openLink(SECRET, forged, NOW)).toThrow(
      expect.objectContaining({ code: 'link-invalid', status: 404 }),
    );
  });

  test('is refused under another secret', () => {
    expect(() => openLink(`${SECRET}!`, token, NOW)).toThrow(
      expect.objectContaining({ code: 'link-invalid' }),
    );
  });
});

test('the page asks and does nothing by itself: no script, no source, no target but itself', () => {
  const page = questionPage(NOW, true);
  expect(page).toMatch(/<form method="post">/);
  expect(page).not.toMatch(/<script|src=|action=|http-equiv/);
  expect(PAGE_HEADERS['content-security-policy']).toMatch(/default-src 'none'.*form-action 'self'/);
});
