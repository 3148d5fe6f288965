import { describe, expect, it } from 'vitest';
import { canonicalAddress, loggedAddress } from './address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['::1', '::1'],
    ['0.0.0.0', '0.0.0.0'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    ['203.0.113'],
    ['203.0.113.256'],
    ['0x7f.0.0.1'],
    ['0177.0.0.1'],
    ['2130706433'],
    ['fe80::1%eth0'],
    ['2001:db8::1::2'],
    ['203.0.113.7:443'],
    [' 203.0.113.7'],
    ['example.com'],
    [''],
    ['1'.repeat(10_000)],
  ])('refuses %s', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe('loggedAddress', () => {
  it('drops a port', () => {
    expect(loggedAddress('203.0.113.7:51034')).toBe('203.0.113.7');
    expect(loggedAddress('[2001:db8::1]:443')).toBe('2001:db8::1');
    expect(loggedAddress('[2001:db8::1]')).toBe('2001:db8::1');
  });

  it('finds none in what stands for an address', () => {
    for (const text of [
      'AWS Internal',
      'cloudformation.amazonaws.com',
      'redacted',
      '203.0.113.7, 10.0.0.1',
    ]) {
      expect(loggedAddress(text)).toBeUndefined();
    }
  });
});
