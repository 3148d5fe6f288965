import { describe, expect, it } from 'vitest';
import { readDisclosure } from './disclosure.ts';
import { w3c } from './testing.ts';

const write = (...bytes: number[]) => `u${Buffer.from(bytes).toString('base64url')}`;
/** [h'aa', {0: 1, 1: 0}, [0, 2], [1], h'bb'] */
const good = [0xd9, 0x5d, 0x03, 0x85, 0x41, 0xaa, 0xa2, 0, 1, 1, 0, 0x82, 0, 2, 0x81, 1, 0x41, 0xbb];
const splice = (at: number, take: number, ...put: number[]) => write(...good.toSpliced(at, take, ...put));

describe('readDisclosure', () => {
  it('reads a derived proof value', () => {
    expect(readDisclosure(write(...good))).toEqual({
      bbsProof: Buffer.of(0xaa),
      labelMap: new Map([
        ['c14n0', 'b1'],
        ['c14n1', 'b0'],
      ]),
      mandatoryIndexes: [0, 2],
      selectiveIndexes: [1],
      presentationHeader: Buffer.of(0xbb),
    });
  });

  it("reads the W3C's vectors", () => {
    const [windsurf, resident] = w3c.derived.map(({ proof }) => readDisclosure(proof.proofValue));
    expect(windsurf!.mandatoryIndexes).toEqual([0, 1, 2, 5, 6, 8, 9, 10, 14, 15, 16, 17, 18, 19]);
    expect(windsurf!.selectiveIndexes).toEqual([3, 4, 5, 8, 9, 10]);
    expect(windsurf!.presentationHeader).toEqual(Buffer.from('113377aa', 'hex'));
    expect(resident!.mandatoryIndexes).toEqual([0, 4, 5, 7]);
    expect(resident!.labelMap).toEqual(
      new Map([
        ['c14n0', 'b0'],
        ['c14n1', 'b2'],
      ]),
    );
  });

  it('refuses a base proof by its own name', () => {
    expect(() => readDisclosure(w3c.base.proof.proofValue)).toThrow(
      expect.objectContaining({ code: 'base-proof' }),
    );
    expect(() => readDisclosure(splice(2, 1, 0x02))).toThrow(expect.objectContaining({ code: 'base-proof' }));
  });

  it.each([
    ['base58', `z${write(...good).slice(1)}`],
    ['no multibase', write(...good).slice(1)],
    ['another tag', splice(1, 1, 0x5e)],
    ['another kind of proof', splice(2, 1, 0x04)],
    ['four components', splice(3, 1, 0x84)],
    ['six components', splice(3, 1, 0x86)],
    ['an indefinite array', splice(3, 1, 0x9f)],
    ['a length that is not the shortest', splice(4, 1, 0x58, 0x01)],
    ['an index that is not the shortest', splice(13, 1, 0x18, 0x02)],
    ['bytes as text', splice(4, 1, 0x61)],
    ['bytes that end too early', splice(16, 1, 0x42)],
    ['labels out of order', splice(7, 4, 1, 0, 0, 1)],
    ['a label twice', splice(9, 1, 0)],
    ['two nodes with one label', splice(10, 1, 1)],
    ['indexes out of order', splice(12, 2, 2, 0)],
    ['an index twice', splice(12, 2, 2, 2)],
    ['a negative index', splice(15, 1, 0x20)],
    ['a huge count', splice(11, 1, 0x9a, 0xff, 0xff, 0xff, 0xff)],
    ['a count beyond the limit', splice(11, 1, 0x99, 0x02, 0x01)],
    ['more behind the end', write(...good, 0)],
    ['nothing', 'u'],
    ['no text', 5],
  ])('refuses %s', (_, proofValue) => {
    expect(() => readDisclosure(proofValue)).toThrow(
      expect.objectContaining({ code: 'disclosure-malformed' }),
    );
  });

  it.each([
    ['padding', `${write(...good)}=`],
    ['a second alphabet', write(...good.with(5, 0xfb).with(17, 0xff)).replaceAll('_', '/')],
    ['stray bits at the end', write(...good, 0).replace(/A$/, 'B')],
  ])('refuses base64url with %s', (_, proofValue) => {
    expect(() => readDisclosure(proofValue)).toThrow(expect.objectContaining({ name: 'CredentialError' }));
  });
});
