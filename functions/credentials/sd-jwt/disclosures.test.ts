import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TokenError } from '../jose/index.ts';
import { disclose, MAX_DISCLOSURES } from './disclosures.ts';

const encode = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
const digest = (text: string, hash = 'sha256'): string => createHash(hash).update(text).digest('base64url');
const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof TokenError ? error.code : String(error);
  }
};

const NAME = encode(['salt', 'name', 'Ada']);
const FIRST = encode(['salt', 'GB']);
const SECOND = encode(['salt2', 'FR']);

describe('disclosures (RFC 9901 §7.1)', () => {
  test('put members and elements back, and leave holes for elements withheld', () => {
    const payload = {
      _sd: [digest(NAME)],
      nations: [{ '...': digest(FIRST) }, { '...': digest(SECOND) }, 'IT'],
    };
    expect(disclose(payload, [NAME, SECOND])).toEqual({
      claims: { name: 'Ada', nations: [undefined, 'FR', 'IT'] },
      disclosedNames: new Set(['name']),
    });
    expect(disclose(payload, []).claims).toEqual({ nations: [undefined, undefined, 'IT'] });
  });

  test('may be within one another, under the hash that the credential names', () => {
    const inner = encode(['s', 'city', 'London']);
    const outer = encode(['s', 'address', { _sd: [digest(inner, 'sha512')] }]);
    const payload = { _sd_alg: 'sha-512', _sd: [digest(outer, 'sha512')] };
    expect(disclose(payload, [outer, inner]).claims).toEqual({ address: { city: 'London' } });
    // An object of which nothing is shown is withheld, not empty.
    expect(disclose(payload, [outer]).claims).toEqual({});
    expect(disclose({ address: {} }, []).claims).toEqual({ address: {} });
    // Without the outer one the inner one belongs to nothing.
    expect(code(() => disclose(payload, [inner]))).toBe('disclosure-refused');
  });

  test('decoy digests are no trouble', () => {
    expect(disclose({ _sd: [digest('decoy'), digest(NAME)] }, [NAME]).claims).toEqual({ name: 'Ada' });
  });

  test.each([
    ['one that nothing refers to', { _sd: [] }, [NAME]],
    ['the same one twice', { _sd: [digest(NAME)] }, [NAME, NAME]],
    ['a digest twice in one array', { _sd: [digest(NAME), digest(NAME)] }, [NAME]],
    ['a digest in two places', { _sd: [digest(NAME)], other: { _sd: [digest(NAME)] } }, [NAME]],
    ['a name that is openly there', { name: 'Bob', _sd: [digest(NAME)] }, [NAME]],
    [
      'two of one name',
      { _sd: [digest(NAME), digest(encode(['other', 'name', 'Bob']))] },
      [NAME, encode(['other', 'name', 'Bob'])],
    ],
    ['an element in the place of a member', { _sd: [digest(FIRST)] }, [FIRST]],
    ['a member in the place of an element', { list: [{ '...': digest(NAME) }] }, [NAME]],
    ['a digest of an element outside an array', { '...': digest(FIRST) }, []],
    ['a hash function named below the top', { inner: { _sd_alg: 'sha-256' } }, []],
    ...['_sd', '...', '_sd_alg', '__proto__'].map((name): [string, object, string[]] => {
      const text = encode(['s', name, 1]);
      return [`the reserved name ${name}`, { _sd: [digest(text)] }, [text]];
    }),
  ])('are refused: %s', (_, payload, disclosures) => {
    expect(code(() => disclose(payload as never, disclosures))).toBe('disclosure-refused');
  });

  test.each([
    ['digests that are no array', { _sd: 'x' }, []],
    ['a digest that is no text', { _sd: [7] }, []],
    ["an element's digest that does not stand alone", { list: [{ '...': digest(FIRST), more: 1 }] }, [FIRST]],
    ['no array', {}, [encode({ name: 'Ada' })]],
    ['a salt that is no text', {}, [encode([7, 'name', 'Ada'])]],
    ['one element', {}, [encode(['salt'])]],
    ['four elements', {}, [encode(['salt', 'name', 'Ada', 'more'])]],
    ['a name that is no text', {}, [encode(['salt', 7, 'Ada'])]],
    ['padding', { _sd: [digest(`${NAME}=`)] }, [`${NAME}=`]],
    ['no JSON', {}, [Buffer.from('junk').toString('base64url')]],
    ['an empty text', {}, ['']],
  ])('are malformed: %s', (_, payload, disclosures) => {
    expect(code(() => disclose(payload as never, disclosures))).toBe('token-malformed');
  });

  test.each(['sha-1', 'md5', 'sha256', 'constructor'])('are refused under the hash %s', (_sd_alg) => {
    expect(code(() => disclose({ _sd_alg }, [NAME]))).toBe('algorithm-refused');
  });

  test('are bounded in number and depth', () => {
    const many = Array.from({ length: MAX_DISCLOSURES + 1 }, (_, index) => encode(['s', `n${index}`, index]));
    const payload = { _sd: many.map((text) => digest(text)) };
    expect(code(() => disclose(payload, many.slice(1)))).toBeUndefined();
    expect(code(() => disclose(payload, many))).toBe('token-too-large');
    let text = encode(['s', 'leaf', 1]);
    const chain = [text];
    for (let depth = 0; depth < 20; depth++) {
      text = encode(['s', `d${depth}`, { _sd: [digest(text)] }]);
      chain.push(text);
    }
    expect(code(() => disclose({ _sd: [digest(text)] }, chain))).toBe('token-too-large');
  });
});
