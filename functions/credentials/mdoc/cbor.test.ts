import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CborValue, decodeCbor, encodeCbor, Tagged } from './cbor.ts';

const hex = (text: string) => decodeCbor(Buffer.from(text, 'hex'));
const code = (text: string): string | undefined => {
  try {
    hex(text);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('reading CBOR', () => {
  // RFC 8949, appendix A.
  test.each<[string, CborValue]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['4401020304', Buffer.from([1, 2, 3, 4])],
    ['62c3bc', 'ü'],
    ['83010203', [1, 2, 3]],
    [
      'a26161016162820203',
      new Map<string, CborValue>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    ['a10102', new Map([[1, 2]])],
    ['d818456449455446', new Tagged(24, Buffer.from('6449455446', 'hex'))],
    ['c074323031332d30332d32315432303a30343a30305a', new Tagged(0, '2013-03-21T20:04:00Z')],
  ])('%s', (text, value) => {
    expect(hex(text)).toEqual(value);
  });

  test.each([
    ['nothing', ''],
    ['a head that is longer than it must be', '1817'],
    ['the same over two bytes', '190018'],
    ['the same over four', '1a0000ffff'],
    ['a number past what is exact', '1b0020000000000000'],
    ['bytes of indefinite length', '5f42010243030405ff'],
    ['a list of indefinite length', '9f01ff'],
    ['undefined', 'f7'],
    ['a half float', 'f93c00'],
    ['not a number', 'fb7ff8000000000000'],
    ['a key twice', 'a2616101616102'],
    ['a key that is a list', 'a1800a'],
    ['text that is not UTF-8', '62c328'],
    ['less than it says', '4401020'.slice(0, 6)],
    ['more after its end', '0000'],
    ['a list as long as memory', '9affffffff'],
    ['a head without its bytes', '19'],
  ])('refuses %s', (_, text) => {
    expect(code(text)).toBe('token-malformed');
  });

  test('is bounded in depth and in number', () => {
    expect(code(`${'81'.repeat(15)}00`)).toBeUndefined();
    expect(code(`${'81'.repeat(16)}00`)).toBe('token-too-large');
    const list = (length: number) => encodeCbor(new Array(length).fill(0)).toString('hex');
    expect(code(list(4_095))).toBeUndefined();
    expect(code(list(4_096))).toBe('token-too-large');
  });

  test('gives back what was written, and whatever it is given is answered', () => {
    const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value')), { maxLength: 4 })
          .map((entries) => new Map(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(decodeCbor(encodeCbor(given))).toEqual(given);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect([undefined, 'token-malformed', 'token-too-large']).toContain(
          code(Buffer.from(bytes).toString('hex')),
        );
      }),
    );
  });
});
