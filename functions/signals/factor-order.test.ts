import { expect, it } from 'vitest';
import { strengthOf, strongest } from './factor-order.ts';

it('orders what can be phished below what is bound to the site', () => {
  const ladder = (['refresh_token', 'password', 'sms', 'totp', 'biometric', 'passkey'] as const).map(
    strengthOf,
  );
  expect(ladder).toEqual([0, 1, 2, 3, 4, 5]);
});

it('finds the strongest of several, the earlier of equals, and none of none', () => {
  expect(strongest(['password', 'passkey', 'sms'])).toBe('passkey');
  expect(strongest(['totp', 'push'])).toBe('totp');
  expect(strongest([])).toBeUndefined();
});
