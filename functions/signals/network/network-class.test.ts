import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { classify } from './network-class.ts';
import list from './network-classes.json' with { type: 'json' };

const classOf = (ip: string, asn?: number) => classify(parseAddress(ip), asn);

describe('network classes', () => {
  it.each([
    ['98.97.1.1', 14593, 'satellite'],
    ['8.8.8.8', 15169, 'hosting'],
    ['185.220.101.1', 60729, 'tor'],
    ['146.70.1.1', 9009, 'vpn'],
    ['172.56.1.1', 21928, 'mobile'],
    ['81.2.69.160', 20712, 'unknown'],
    ['81.2.69.160', undefined, 'unknown'],
  ])('%s of AS%s is %s', (ip, asn, expected) => {
    expect(classOf(ip, asn)).toBe(expected);
  });

  it('lets a listed prefix go before its operator, and end where it ends', () => {
    expect(classOf('104.28.255.255', 13335)).toBe('relay');
    expect(classOf('104.29.0.0', 13335)).toBe('unknown');
    expect(classOf('172.227.255.255', 20940)).toBe('relay');
    expect(classOf('172.228.0.0', 7922)).toBe('unknown');
    expect(classOf('2a09:bac7:ffff::1', 13335)).toBe('relay');
    expect(classOf('2a09:bac8::1', 13335)).toBe('unknown');
  });

  it('calls an unroutable address reserved whatever its operator', () => {
    expect(classOf('10.0.0.1', 14593)).toBe('reserved');
  });
});

describe('the committed list', () => {
  it('puts no operator into two classes', () => {
    const asns = Object.values(list.classes).flatMap(({ asns }) => Object.keys(asns));
    expect(asns.filter((asn, index) => asns.indexOf(asn) !== index)).toEqual([]);
  });

  it('writes every operator as AS and its number', () => {
    for (const { asns } of Object.values(list.classes))
      for (const asn of Object.keys(asns)) expect(asn).toMatch(/^AS[1-9]\d*$/);
  });

  it('writes every prefix without bits beyond its length', () => {
    for (const cidr of Object.keys(list.classes.relay.prefixes)) {
      const [address, length] = cidr.split('/') as [string, string];
      const { high, low } = parseAddress(address);
      const bits = (BigInt(high) << 32n) | BigInt(low);
      expect(bits & ((1n << BigInt(64 - Number(length))) - 1n)).toBe(0n);
    }
  });
});
