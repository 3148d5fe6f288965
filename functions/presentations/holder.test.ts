import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { thumbprintOf } from '../credentials/jose/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { type Held, holderOf } from './holder.ts';
import { newKey } from './testing/issuer.ts';
import { SECRET } from './testing/verifier.ts';

const shop = pseudonymsFor(SECRET, 'shop');
const key = newKey();
const thumbprint = thumbprintOf(createPublicKey({ key: key.publicJwk as never, format: 'jwk' }));
const held = (change: Partial<Held>): Held => ({ asked: { meta: {} }, keyIsFresh: false, ...change });
const zk = (pseudonym: string | undefined, scope?: string): Held =>
  held({
    asked: { meta: { predicates: [], ...(scope ? { pseudonym_scope: scope } : {}) } },
    holder: 'did:key:zFresh',
    keyIsFresh: true,
    ...(pseudonym === undefined ? {} : { pseudonym }),
  });

test('a key has one name in every format, and another in every tenant', async () => {
  const name = await holderOf([held({ holder: thumbprint })], shop);
  expect(name).toMatch(/^[\w-]{16}$/);
  expect(await holderOf([held({ holder: key.did })], shop)).toBe(name);
  expect(await holderOf([held({ holder: key.did }), held({ holder: thumbprint })], shop)).toBe(name);
  expect(await holderOf([held({ holder: newKey().did })], shop)).not.toBe(name);
  expect(await holderOf([held({ holder: thumbprint })], pseudonymsFor(SECRET, 'bank'))).not.toBe(name);
  expect(name).not.toContain(thumbprint.slice(0, 8));
});

test('a DID that is resolved elsewhere names its holder by itself', async () => {
  const web = await holderOf([held({ holder: 'did:web:ada.example' })], shop);
  expect(web).toMatch(/^[\w-]{16}$/);
  expect(await holderOf([held({ holder: 'did:web:eve.example' })], shop)).not.toBe(web);
  // A key whose kind signs no tokens still names somebody, and not everybody.
  expect(await holderOf([held({ holder: 'did:key:zJunk' })], shop)).not.toBe(
    await holderOf([held({ holder: 'did:key:zOther' })], shop),
  );
});

test('credentials of two holders, or of none, name nobody', async () => {
  expect(
    await holderOf([held({ holder: thumbprint }), held({ holder: newKey().did })], shop),
  ).toBeUndefined();
  expect(await holderOf([held({ holder: thumbprint }), held({})], shop)).toBeUndefined();
  expect(await holderOf([], shop)).toBeUndefined();
});

test('a zero-knowledge proof names its holder by the pseudonym of the wallet scope only', async () => {
  const name = await holderOf([zk('abc', 'wallet')], shop);
  expect(name).toMatch(/^[\w-]{16}$/);
  expect(await holderOf([zk('abd', 'wallet')], shop)).not.toBe(name);
  expect(await holderOf([zk('abc', 'staff')], shop)).toBeUndefined();
  expect(await holderOf([zk(undefined)], shop)).toBeUndefined();
  expect(await holderOf([zk('abc', 'wallet'), zk(undefined)], shop)).toBeUndefined();
  // A key of the same text is another holder than the pseudonym.
  expect(await holderOf([held({ holder: 'abc' })], shop)).not.toBe(name);
});
