import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import fixture from '../fixtures/certificates.json' with { type: 'json' };
import { verifyChain } from './certificate-chain.ts';
import { TokenError } from './jose-error.ts';

const { ca, other, middle, leaf, direct, below, foreign, forged } = fixture.certificates;
const ISSUER = 'https://issuer.example/tenant/1';
const NOW = Date.parse(new X509Certificate(Buffer.from(leaf, 'base64')).validFrom) + 86_400_000;
const code = (x5c: unknown, anchors = [ca], issuer = ISSUER, now = NOW): string | undefined => {
  try {
    verifyChain(x5c, anchors, issuer, now);
    return undefined;
  } catch (error) {
    return error instanceof TokenError ? error.code : String(error);
  }
};

describe('a chain of certificates', () => {
  test('leads from the leaf to a pinned authority, which it may hold or leave out', () => {
    for (const chain of [[leaf, middle], [leaf, middle, ca], [direct]]) expect(code(chain)).toBeUndefined();
    // The authority between may itself be the pinned one.
    expect(code([leaf], [middle])).toBeUndefined();
    expect(code([leaf, middle], [middle])).toBeUndefined();
  });

  test('gives the key of the leaf and the identifiers of its authorities', () => {
    const { key, authorityKeyIds } = verifyChain([leaf, middle], [ca], ISSUER, NOW);
    const own = createPrivateKey(fixture.privateKeys.leaf).export({ format: 'jwk' });
    expect(key.export({ format: 'jwk' }).x).toBe(own.x);
    expect(authorityKeyIds).toHaveLength(2);
    for (const id of authorityKeyIds) expect(Buffer.from(id, 'base64url')).toHaveLength(20);
  });

  test.each([
    ['with one missing', [leaf]],
    ['out of order', [middle, leaf]],
    ['by another authority of the same name', [forged]],
    ['that ends in an authority of its own', [forged, other]],
    ['below a leaf', [below, leaf, middle]],
    ['for another host', [foreign]],
    ['of an authority', [middle]],
    ['with something in between', [leaf, direct, middle]],
    ['without certificates', []],
    ['of five', [leaf, middle, ca, ca, ca]],
    ['of junk', ['junk']],
    ['of no text', [7]],
    ['that is no array', leaf],
    ['in base64url', [direct.replaceAll('+', '-').replaceAll('/', '_'), 'x']],
  ])('is refused %s', (_, chain) => {
    expect(code(chain)).toBe('key-unknown');
  });

  test('is refused under other anchors, for another issuer, and out of its time', () => {
    expect(code([direct], [other])).toBe('key-unknown');
    expect(code([direct], [])).toBe('key-unknown');
    expect(code([direct], [ca], 'https://issuer.example.evil.example')).toBe('key-unknown');
    expect(code([direct], [ca], ISSUER, NOW - 10 * 86_400_000)).toBe('key-unknown');
    expect(code([direct], [ca], ISSUER, NOW + 200 * 365 * 86_400_000)).toBe('key-unknown');
    // A leaf that is pinned itself is trusted for what it says, and for nobody else.
    expect(code([direct], [direct])).toBeUndefined();
    expect(code([foreign], [foreign])).toBe('key-unknown');
  });
});
