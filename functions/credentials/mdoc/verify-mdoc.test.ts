import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzRuns } from '../testing/fuzz.ts';
import {
  AUTHORITY,
  CERTIFICATES,
  ELEMENTS,
  issueMdoc,
  MDL,
  MDL_NAMESPACE,
  newKey,
  presentMdocTo,
} from '../testing/mdoc.ts';
import type { IssuerRegistry } from '../trust/index.ts';
import { type CborMap, type CborValue, decodeCbor, encodeCbor, Tagged } from './cbor.ts';
import { type Handover, verifyMdoc } from './index.ts';

const device = newKey();
const other = newKey();
const SESSION: Handover = {
  audience: 'x509_san_dns:verifier.example',
  nonce: 'nonce-of-128-bits-at-least',
  responseUri: 'https://verifier.example/response',
};
const registry: IssuerRegistry = async (issuer) =>
  issuer === AUTHORITY ? { issuer, types: [MDL], certificates: [CERTIFICATES.root!] } : undefined;
const verify = (presentation: unknown, handover = SESSION, now = Date.now(), pinned = registry) =>
  verifyMdoc(presentation, { registry: pinned, handover, now });
const code = async (...args: Parameters<typeof verify>): Promise<string | undefined> => {
  try {
    await verify(...args);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const shown = async (
  options: Parameters<typeof issueMdoc>[1] = {},
  names = ['family_name', 'age_over_18'],
  session: Handover = SESSION,
  by = device,
) => presentMdocTo(await issueMdoc(device, options), by, names, session, options.docType);

/** The response with another value at a path; lists by index, maps by key, tag 24 opened on the way. */
const altered = (
  presentation: string,
  path: readonly (string | number)[],
  change: (value: CborValue) => CborValue,
) => {
  const walk = (value: CborValue, [step, ...rest]: readonly (string | number)[]): CborValue => {
    if (step === undefined) return change(value);
    if (value instanceof Tagged)
      return new Tagged(24, encodeCbor(walk(decodeCbor(value.value as Uint8Array), [step, ...rest])));
    if (value instanceof Map) {
      const map = value as CborMap;
      return new Map([...map, [step, walk(map.get(step) ?? null, rest)]]);
    }
    return (value as CborValue[]).map((one, index) => (index === step ? walk(one, rest) : one));
  };
  const response = decodeCbor(Buffer.from(presentation, 'base64url'));
  return encodeCbor(walk(response, path)).toString('base64url');
};
const DOCUMENT = ['documents', 0] as const;
const ITEMS = [...DOCUMENT, 'issuerSigned', 'nameSpaces', MDL_NAMESPACE] as const;

describe('an mdoc by another implementation', () => {
  test('is verified, with what was disclosed and nothing else', async () => {
    expect(await verify(await shown())).toMatchObject({
      issuer: AUTHORITY,
      docType: MDL,
      claims: { [MDL_NAMESPACE]: { family_name: 'Lovelace', age_over_18: true } },
      authorityKeyIds: [AUTHORITY.slice(4)],
    });
  });

  test.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)(
    'with digests by %s, signed on P-384',
    async (digestAlgorithm) => {
      expect(await code(await shown({ by: 'signer384', digestAlgorithm }))).toBeUndefined();
    },
  );

  test('over the browser’s API, and for a key that the answer is encrypted for', async () => {
    const browser: Handover = { audience: 'origin:https://app.example', nonce: SESSION.nonce };
    const encrypted = { ...SESSION, encryptedFor: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' };
    for (const session of [browser, encrypted, { ...browser, encryptedFor: encrypted.encryptedFor }]) {
      const presentation = await shown({}, undefined, session);
      expect(await code(presentation, session)).toBeUndefined();
      expect(await code(presentation, SESSION)).toBe('signature-invalid');
    }
  });

  test('tells values in JSON', async () => {
    const elements = { ...ELEMENTS, portrait: Buffer.from([1, 2]), height: 170, list: [{ code: 'B' }] };
    const { claims } = await verify(await shown({ elements }, ['portrait', 'height', 'list']));
    expect(claims).toEqual({ [MDL_NAMESPACE]: { portrait: 'AQI', height: 170, list: [{ code: 'B' }] } });
  });
});

describe('an mdoc is refused', () => {
  test.each<[string, Partial<Handover>]>([
    ['another client', { audience: 'x509_san_dns:other.example' }],
    ['another nonce', { nonce: 'another' }],
    ['another response URI', { responseUri: 'https://other.example/response' }],
    [
      'a key to encrypt for, when it was made for none',
      { encryptedFor: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' },
    ],
  ])('in a session with %s', async (_, session) => {
    const presentation = await shown();
    expect(await code(presentation, { ...SESSION, ...session })).toBe('signature-invalid');
    expect(await code(presentation)).toBeUndefined();
  });

  test('when another device signed', async () => {
    expect(await code(await shown({}, undefined, SESSION, other))).toBe('signature-invalid');
  });

  test.each<[string, Parameters<typeof issueMdoc>[1], string]>([
    ['an authority that is not pinned', { by: 'stranger' }, 'key-unknown'],
    ['a signer whose certificate is over', { by: 'ended' }, 'key-unknown'],
    ['a signer of something else', { by: 'tls' }, 'key-unknown'],
    ['a chain that does not begin with the signer', { chain: ['signer384'] }, 'algorithm-refused'],
    ['a signer beside its authority', { by: 'signer', chain: ['ended', 'signer'] }, 'key-unknown'],
  ])('by %s', async (_, options, expected) => {
    expect(await code(await shown(options))).toBe(expected);
  });

  test('when the pinned certificate is another, or none is', async () => {
    const presentation = await shown();
    const pinned = (certificates: string[]) => async (issuer: string) => ({
      issuer,
      types: [MDL],
      certificates,
    });
    expect(await code(presentation, SESSION, undefined, pinned([CERTIFICATES.foreign!]))).toBe('key-unknown');
    expect(await code(presentation, SESSION, undefined, pinned([]))).toBe('key-unknown');
    expect(await code(presentation, SESSION, undefined, async () => undefined)).toBe('key-unknown');
    expect(await code(presentation, SESSION, undefined, pinned([CERTIFICATES.root!]))).toBeUndefined();
  });

  test('outside its period', async () => {
    const at = (ms: number) => new Date(Math.floor((Date.now() + ms) / 1000) * 1000);
    expect(
      await code(
        await shown({ validity: { validUntil: at(-61_000), validFrom: at(-90_000), signed: at(-90_000) } }),
      ),
    ).toBe('expired');
    expect(
      await code(
        await shown({ validity: { validUntil: at(-30_000), validFrom: at(-90_000), signed: at(-90_000) } }),
      ),
    ).toBeUndefined();
    expect(await code(await shown({ validity: { validFrom: at(90_000) } }))).toBe('not-yet-valid');
    expect(await code(await shown({ validity: { validFrom: at(-90_000) } }))).toBe('token-malformed');
    const before = new Date('2019-12-31T00:00:00Z');
    expect(await code(await shown({ validity: { signed: before, validFrom: before } }))).toBe('key-unknown');
  });

  test('when the country is not that of the certificate', async () => {
    const abroad = { elements: { ...ELEMENTS, issuing_country: 'XX' } };
    expect(await code(await shown(abroad, ['issuing_country']))).toBe('disclosure-refused');
    expect(await code(await shown({}, ['issuing_country']))).toBeUndefined();
  });

  test.each<[string, readonly (string | number)[], (value: never) => CborValue, string]>([
    ['an element has another value', [...ITEMS, 0, 'elementValue'], () => 'Byron', 'disclosure-refused'],
    [
      'an element has another name',
      [...ITEMS, 0, 'elementIdentifier'],
      () => 'given_name',
      'disclosure-refused',
    ],
    [
      'an element has another number',
      [...ITEMS, 0, 'digestID'],
      (id: number) => (id + 1) % 4,
      'disclosure-refused',
    ],
    [
      'an element has a short salt',
      [...ITEMS, 0, 'random'],
      (salt: Uint8Array) => salt.subarray(0, 15),
      'token-malformed',
    ],
    [
      'an element is there twice',
      [...ITEMS],
      (items: CborValue[]) => [...items, items[0]!],
      'disclosure-refused',
    ],
    [
      'an element stands in another namespace',
      ITEMS.slice(0, -1),
      (all: CborMap) => new Map([['org.other', all.get(MDL_NAMESPACE)!]]),
      'disclosure-refused',
    ],
    ['nothing is shown', ITEMS.slice(0, -1), () => new Map(), 'disclosure-refused'],
    ['it says that it is of another type', [...DOCUMENT, 'docType'], () => 'org.other', 'type-refused'],
    ['there are two documents', ['documents'], (all: CborValue[]) => [...all, ...all], 'token-malformed'],
    ['there is none', ['documents'], () => [], 'token-malformed'],
    ['the response tells of an error', ['status'], () => 10, 'type-refused'],
    ['the response is of another version', ['version'], () => '2.0', 'type-refused'],
    ['the response has a member that is not known', ['documentErrors'], () => [], 'token-malformed'],
    [
      'the device asserts something',
      [...DOCUMENT, 'deviceSigned', 'nameSpaces'],
      () => new Tagged(24, encodeCbor(new Map([['org.x', new Map([['a', 1]])]]))),
      'disclosure-refused',
    ],
    [
      'the device proves itself by MAC',
      [...DOCUMENT, 'deviceSigned', 'deviceAuth'],
      (auth: CborMap) => new Map([['deviceMac', auth.get('deviceSignature')!]]),
      'key-binding-missing',
    ],
    [
      'the signature of the device brings its own words',
      [...DOCUMENT, 'deviceSigned', 'deviceAuth', 'deviceSignature', 2],
      () => Buffer.from('x'),
      'token-malformed',
    ],
    [
      'the security object was changed',
      [...DOCUMENT, 'issuerSigned', 'issuerAuth', 2],
      (payload: Uint8Array) => Buffer.concat([payload.subarray(0, -1), Buffer.from([1])]),
      'token-malformed',
    ],
    [
      'the protected header asks for more',
      [...DOCUMENT, 'issuerSigned', 'issuerAuth', 0],
      () =>
        encodeCbor(
          new Map<number, CborValue>([
            [1, -7],
            [2, [99]],
          ]),
        ),
      'algorithm-refused',
    ],
    [
      'the algorithm is none',
      [...DOCUMENT, 'issuerSigned', 'issuerAuth', 0],
      () => encodeCbor(new Map([[1, 5]])),
      'algorithm-refused',
    ],
    [
      'the algorithm is of another curve',
      [...DOCUMENT, 'issuerSigned', 'issuerAuth', 0],
      () => encodeCbor(new Map([[1, -35]])),
      'algorithm-refused',
    ],
    [
      'there are no certificates',
      [...DOCUMENT, 'issuerSigned', 'issuerAuth', 1],
      () => new Map(),
      'key-unknown',
    ],
    [
      'a certificate is none',
      [...DOCUMENT, 'issuerSigned', 'issuerAuth', 1],
      () => new Map([[33, Buffer.from('x')]]),
      'key-unknown',
    ],
  ])('when %s', async (_, path, change, expected) => {
    const presentation = await shown();
    expect(await code(altered(presentation, path, change as never))).toBe(expected);
    // Written again without a change it holds: the change it was, and not the writing.
    expect(await code(altered(presentation, [], (value) => value))).toBeUndefined();
  });

  test('when its signature by the issuer is of other words', async () => {
    const [one, two] = [await shown(), await shown()];
    const issuerAuth = (decodeCbor(Buffer.from(two, 'base64url')) as CborMap).get('documents') as CborMap[];
    const [, , , signature] = (issuerAuth[0]!.get('issuerSigned') as CborMap).get(
      'issuerAuth',
    ) as CborValue[];
    expect(await code(altered(one, [...DOCUMENT, 'issuerSigned', 'issuerAuth', 3], () => signature!))).toBe(
      'signature-invalid',
    );
  });

  test('whatever single byte of it is another, and never by a fault of ours', async () => {
    const presentation = Buffer.from(await shown(), 'base64url');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(presentation.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Buffer.from(presentation);
          bytes[at]! ^= change;
          const found = await code(bytes.toString('base64url'));
          // What the certificate's signature does not cover, and nobody reads, may differ: nothing else.
          expect(found).toMatch(/^[a-z]+(-[a-z]+)+$/);
        },
      ),
      fuzzRuns(300),
    );
  });

  test('when it is too long, or no mdoc at all', async () => {
    for (const junk of [undefined, 7, {}, '', 'junk', 'oA', 'gA', '!', 'oWd2ZXJzaW9uYzEuMA'])
      expect(['token-malformed', 'type-refused']).toContain(await code(junk));
    expect(await code('A'.repeat(262_144))).toBe('token-malformed');
    expect(await code('A'.repeat(262_145))).toBe('token-too-large');
  });
});
