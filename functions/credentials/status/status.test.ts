import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOfDid, resolveLocalDid, type SignerResolver } from '../jose/index.ts';
import type { GetDocument } from '../remote/index.ts';
import { newKey, signToken } from '../testing/tokens.ts';
import { bitstringEntry, checkBitstringStatus, checkTokenStatus, tokenListEntry } from './index.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const seconds = NOW / 1000;
const issuer = newKey();
const other = newKey();
const URI = 'https://issuer.example/status/1';
const code = async (work: () => unknown): Promise<string | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const signers: SignerResolver = async ({ issuer: iss = '', header }) => ({
  issuer: iss,
  key: await keyOfDid(iss, header.kid, 'assertionMethod', resolveLocalDid),
});
const giving =
  (body: string): GetDocument =>
  async (address) => {
    expect(address).toBe(URI);
    return { body: Buffer.from(body), maxAge: undefined };
  };

describe('the entries of a token status list', () => {
  test('are those of the examples in the draft (§4.1, one and two bits)', () => {
    const one = { bits: 1, lst: 'eNrbuRgAAhcBXQ' };
    expect(Array.from({ length: 16 }, (_, index) => tokenListEntry(one, index))).toEqual([
      1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1,
    ]);
    const two = { bits: 2, lst: 'eNo76fITAAPfAgc' };
    expect(Array.from({ length: 12 }, (_, index) => tokenListEntry(two, index))).toEqual([
      1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3,
    ]);
  });

  test('are read at every size and place', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.constantFrom(1, 2, 4, 8),
        (bytes, bits) => {
          const list = { bits, lst: deflateSync(bytes).toString('base64url') };
          const all = Array.from({ length: (bytes.length * 8) / bits }, (_, index) =>
            tokenListEntry(list, index),
          );
          const rebuilt = bytes.map((_, at) =>
            Array.from(
              { length: 8 / bits },
              (_, step) => all[(at * 8) / bits + step]! << (step * bits),
            ).reduce((sum, part) => sum | part),
          );
          expect(rebuilt).toEqual(bytes);
        },
      ),
    );
  });

  test('end with the list, and a list ends with its bound', async () => {
    expect(await code(() => tokenListEntry({ bits: 1, lst: 'eNrbuRgAAhcBXQ' }, 16))).toBe(
      'status-out-of-range',
    );
    const bomb = deflateSync(Buffer.alloc(3_000_000)).toString('base64url');
    expect(await code(() => tokenListEntry({ bits: 1, lst: bomb }, 0))).toBe('status-malformed');
    for (const list of [{ bits: 3, lst: 'eNrbuRgAAhcBXQ' }, { bits: 1, lst: 'junk' }, { bits: 1 }, {}])
      expect(await code(() => tokenListEntry(list, 0))).toBe('status-malformed');
  });
});

describe('a token status', () => {
  const list = (payload: object = {}, header: object = {}, key = issuer) =>
    signToken(
      key,
      { typ: 'statuslist+jwt', kid: `${issuer.did}#0`, ...header },
      {
        sub: URI,
        iat: seconds - 10,
        exp: seconds + 600,
        status_list: { bits: 2, lst: 'eNo76fITAAPfAgc' },
        ...payload,
      },
    );
  const check = (idx: unknown, body = list(), uri: unknown = URI) =>
    code(() => checkTokenStatus({ status_list: { idx, uri } }, issuer.did, giving(body), signers, NOW));

  test('is valid, revoked, suspended, or of a meaning that is not known and counts against it', async () => {
    expect(await check(2)).toBeUndefined();
    expect(await check(0)).toBe('credential-revoked');
    expect(await check(1)).toBe('credential-suspended');
    expect(await check(3)).toBe('credential-revoked');
  });

  test.each([
    ['signed by another', list({}, {}, other), 'signature-invalid'],
    ['by another issuer', list({ iss: other.did }), 'status-malformed'],
    ['of another address', list({ sub: 'https://issuer.example/status/2' }), 'status-malformed'],
    ['of another type', list({}, { typ: 'JWT' }), 'status-malformed'],
    ['out of date', list({ exp: seconds - 61 }), 'expired'],
    ['without a date', list({ iat: undefined }), 'status-malformed'],
    ['without a list', list({ status_list: undefined }), 'status-malformed'],
    ['no token', 'junk', 'token-malformed'],
  ])('is refused from a list that is %s', async (_, body, expected) => {
    expect(await check(2, body)).toBe(expected);
    expect(await check(2)).toBeUndefined();
  });

  test.each([-1, 1.5, '2', null, undefined, 2 ** 60])('is refused at index %s', async (idx) => {
    expect(await check(idx)).toBe('status-malformed');
  });

  test('is refused past the end of its list', async () => {
    expect(await check(11)).toBe('credential-revoked');
    expect(await check(12)).toBe('status-out-of-range');
  });

  test('is refused by name from a list in CWT', async () => {
    const cwt = Buffer.from('d28443a10126a0', 'hex');
    const get: GetDocument = async () => ({ body: cwt, maxAge: undefined });
    await expect(
      checkTokenStatus({ status_list: { idx: 2, uri: URI } }, issuer.did, get, signers, NOW),
    ).rejects.toThrow(/CWT/);
  });

  test('is read anew once its list has outlived its own time to live, and not before', async () => {
    for (const [age, expected] of [
      [59_999, 1],
      [60_000, 2],
    ] as const) {
      const asked: (number | undefined)[] = [];
      const get: GetDocument = async (_, __, since) => {
        asked.push(since);
        return { body: Buffer.from(list({ ttl: 60 })), maxAge: undefined, readAt: NOW - age };
      };
      await checkTokenStatus({ status_list: { idx: 2, uri: URI } }, issuer.did, get, signers, NOW);
      expect(asked).toEqual([undefined, NOW - 60_000].slice(0, expected));
    }
    expect(await check(2, list({ ttl: -1 }))).toBe('status-malformed');
    expect(await check(2, list({ ttl: '60' }))).toBe('status-malformed');
  });

  test('is refused when its kind is not known', async () => {
    for (const status of [{ identifier_list: {} }, {}, 'valid', null, [], { status_list: { idx: 2 } }])
      expect(await code(() => checkTokenStatus(status, issuer.did, giving(list()), signers, NOW))).toBe(
        'status-malformed',
      );
  });
});

describe('a bitstring status', () => {
  const encoded = (set: readonly number[], length = 131_072) => {
    const bytes = Buffer.alloc(length / 8);
    for (const index of set) bytes[index >> 3]! |= 0x80 >> (index & 7);
    return `u${gzipSync(bytes).toString('base64url')}`;
  };
  const listOf = (subject: object = {}, credential: object = {}) => ({
    id: URI,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    credentialSubject: {
      type: 'BitstringStatusList',
      statusPurpose: 'revocation',
      encodedList: encoded([5]),
      ...subject,
    },
    ...credential,
  });
  const entry = (statusListIndex: unknown, more: object = {}) => ({
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex,
    statusListCredential: URI,
    ...more,
  });
  const look = (status: unknown, credential: object = listOf(), by = issuer.did) =>
    checkBitstringStatus(
      status,
      issuer.did,
      giving('{}'),
      async () => ({ issuer: by, credential: credential as never }),
      NOW,
    );
  const check = (...args: Parameters<typeof look>) => code(() => look(...args));

  test('is valid where its bit is clear, and revoked where it is set', async () => {
    expect(await check(entry('4'))).toBeUndefined();
    expect(await check(entry('5'))).toBe('credential-revoked');
    expect(await check([entry('4'), entry('6')])).toBeUndefined();
    expect(await check([entry('4'), entry('5')])).toBe('credential-revoked');
  });

  test('is suspended by a list of that purpose, and says a message of a list of messages', async () => {
    const suspension = { statusPurpose: 'suspension' };
    expect(await check(entry('5', suspension), listOf(suspension))).toBe('credential-suspended');
    const message = { statusPurpose: 'message' };
    const statusMessage = [
      { status: '0x0', message: 'pending' },
      { status: '0x1', message: 'accepted' },
    ];
    expect(await look(entry('5', { ...message, statusMessage }), listOf(message))).toEqual(['accepted']);
    expect(await look(entry('4', { ...message, statusMessage }), listOf(message))).toEqual(['pending']);
    expect(await check(entry('4', message), listOf(message))).toBe('status-malformed');
  });

  test('is read over several bits', () => {
    // Indexes 8 to 10 hold 110: entry 4 of two bits is 3, entry 2 of four bits is 12.
    expect([
      bitstringEntry(encoded([8, 9], 262_144), 4, 2),
      bitstringEntry(encoded([8, 9], 524_288), 2, 4),
    ]).toEqual([3, 12]);
  });

  test.each([
    ['by another issuer', listOf(), other.did],
    ['of another purpose', listOf({ statusPurpose: 'suspension' }), undefined],
    ['of another address', listOf({}, { id: 'https://issuer.example/status/2' }), undefined],
    ['of another type', listOf({}, { type: ['VerifiableCredential'] }), undefined],
    ['with another subject', listOf({ type: 'Other' }), undefined],
    ['not in multibase', listOf({ encodedList: encoded([]).slice(1) }), undefined],
    [
      'without end',
      listOf({ encodedList: `u${gzipSync(Buffer.alloc(3_000_000)).toString('base64url')}` }),
      undefined,
    ],
  ])('is refused from a list %s', async (_, credential, by) => {
    expect(await check(entry('4'), credential, by)).toBe('status-malformed');
  });

  test('is refused from a list that is too short, and past the end of one that is not', async () => {
    expect(await check(entry('4'), listOf({ encodedList: encoded([], 131_064) }))).toBe('status-list-short');
    expect(await check(entry('131071'))).toBeUndefined();
    expect(await check(entry('131072'))).toBe('status-out-of-range');
  });

  test('says what its value means where it has several bits, and is refused when a value has no words', async () => {
    const message = { statusPurpose: 'message' };
    const words = ['0x0', '0x1', '0x2', '0x3'].map((status) => ({ status, message: `is ${status}` }));
    const list = listOf({ ...message, encodedList: encoded([8, 9], 262_144) });
    const sized = (more: object) => entry('4', { ...message, statusSize: 2, ...more });
    expect(await look(sized({ statusMessage: words }), list)).toEqual(['is 0x3']);
    for (const statusMessage of [
      undefined,
      words.slice(1),
      [...words, words[0]],
      [...words.slice(1), words[1]],
      [...words.slice(0, 3), { status: '0x4', message: 'x' }],
      [...words.slice(0, 3), { status: '3', message: 'x' }],
      [...words.slice(0, 3), { status: '0x3' }],
    ])
      expect(await check(sized({ statusMessage }), list)).toBe('status-malformed');
    const revoking = { statusPurpose: 'revocation', statusMessage: words };
    const revoked = listOf({ encodedList: encoded([8, 9], 262_144) });
    expect(await check(sized(revoking), revoked)).toBe('credential-revoked');
    expect(await check({ ...sized(revoking), statusListIndex: '3' }, revoked)).toBeUndefined();
  });

  test('is read anew once its list has outlived its own time to live', async () => {
    const asked: (number | undefined)[] = [];
    const get: GetDocument = async (_, __, since) => {
      asked.push(since);
      return { body: Buffer.from('{}'), maxAge: undefined, readAt: NOW - 300_000 };
    };
    const verifyList = async () => ({ issuer: issuer.did, credential: listOf({ ttl: 300_000 }) as never });
    await checkBitstringStatus(entry('4'), issuer.did, get, verifyList, NOW);
    await checkBitstringStatus(entry('4'), issuer.did, get, verifyList, NOW - 1);
    expect(asked).toEqual([undefined, NOW - 300_000, undefined]);
    expect(await check(entry('4'), listOf({ ttl: -1 }))).toBe('status-malformed');
  });

  test('is refused when it is named like its list', async () => {
    expect(await check(entry('4', { id: `${URI}#4` }))).toBeUndefined();
    expect(await check(entry('4', { id: URI }))).toBe('status-malformed');
  });

  test.each(['-1', 4, '1e3', '0x5', '05', '', 4.5, null, '99999999999'])(
    'is refused at index %s',
    async (index) => {
      expect(await check(entry(index))).toBe('status-malformed');
    },
  );

  test('is refused when its kind is not known, or there are too many', async () => {
    for (const status of [{ type: 'StatusList2021Entry' }, 'valid', null, Array(9).fill(entry('4'))])
      expect(await check(status)).toBe('status-malformed');
    expect(await check(entry('4', { statusSize: 9 }))).toBe('status-malformed');
  });
});
