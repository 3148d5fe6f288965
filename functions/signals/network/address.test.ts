import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

describe('addresses', () => {
  it.each([
    ['81.2.69.160', '81.2.69.0/24', false],
    ['::ffff:81.2.69.160', '81.2.69.0/24', false],
    ['10.1.2.3', '10.1.2.0/24', true],
    ['100.64.0.1', '100.64.0.0/24', true],
    ['203.0.113.7', '203.0.113.0/24', true],
    ['127.0.0.1', '127.0.0.0/24', true],
    ['224.0.0.1', '224.0.0.0/24', true],
    ['2a02:c7f:1:2::3', '2a02:c7f:1::/48', false],
    ['2a02:c7f::3', '2a02:c7f::/48', false],
    ['2a02::3', '2a02::/48', false],
    ['2001:db8:1:2::3', '2001:db8:1::/48', true],
    ['fe80::1', 'fe80::/48', true],
    ['fd00::1', 'fd00::/48', true],
    ['::1', '::/48', true],
  ])('%s lies in %s; reserved: %s', (ip, prefix, reserved) => {
    expect(parseAddress(ip)).toMatchObject({ prefix, reserved });
  });

  it.each(['', 'localhost', '81.2.69.256', '81.2.69.160/24', '2a02:::3', '81.2.69.160 '])(
    'refuses %j',
    (ip) => {
      expect(() => parseAddress(ip)).toThrow(
        expect.objectContaining({ code: 'address-invalid', status: 400 }),
      );
    },
  );

  it('does not repeat what it refuses', () => {
    expect(() => parseAddress('secret-token')).toThrow(/^(?!.*secret)/);
  });
});
