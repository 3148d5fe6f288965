import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import fixture from '../fixtures/certificates.json' with { type: 'json' };
import { authorityKeyIds } from './authority-key-id.ts';

const element = (tag: number, ...content: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(content.map((one) => (typeof one === 'string' ? Buffer.from(one, 'hex') : one)));
  const length =
    body.length < 0x80 ? Buffer.of(body.length) : Buffer.of(0x82, body.length >> 8, body.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, body]);
};
const extension = (id: string) =>
  element(0x30, '0603551d23', element(0x04, element(0x30, element(0x80, Buffer.from(id)))));
const certificate = (name: Buffer, ...extensions: Buffer[]) =>
  element(0x30, element(0x30, element(0x02, '01'), name, element(0xa3, element(0x30, ...extensions))));
const text = (id: string) => Buffer.from(id).toString('base64url');

describe("a certificate's authority", () => {
  test('is the one that the extension names', () => {
    const raw = Buffer.from(fixture.certificates.leaf, 'base64');
    const [id, ...others] = authorityKeyIds(raw);
    expect(others).toEqual([]);
    // As OpenSSL prints it: the identifier of the key above it.
    const above = new X509Certificate(Buffer.from(fixture.certificates.middle, 'base64'));
    expect(above.raw.includes(Buffer.from(id!, 'base64url'))).toBe(true);
    expect(authorityKeyIds(certificate(element(0x30), extension('right')))).toEqual([text('right')]);
  });

  test('is not one whose extension stands in a name, which whoever asked for the certificate chose', () => {
    const name = element(0x30, element(0x0c, extension('wrong')));
    expect(authorityKeyIds(certificate(name, extension('right')))).toEqual([text('right')]);
    expect(authorityKeyIds(certificate(name))).toEqual([]);
    expect(authorityKeyIds(certificate(element(0xa2, element(0x30, extension('wrong')))))).toEqual([]);
  });

  test('is nobody where the bytes cannot be read', () => {
    for (const bytes of ['', '30', '3080', '30850000000001', '30820101'])
      expect(authorityKeyIds(Buffer.from(bytes, 'hex'))).toEqual([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(authorityKeyIds(Buffer.from(bytes))).toEqual(expect.any(Array));
      }),
    );
  });
});
