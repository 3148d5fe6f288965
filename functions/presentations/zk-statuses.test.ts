import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { GetDocument } from '../credentials/remote/index.ts';
import { StatusList } from '../credentials/statement/index.ts';
import { zkStatuses } from './zk-statuses.ts';

const LIST = 'https://issuer.example/status/1';
const issuer = {
  issuer: 'did:web:issuer.example',
  types: ['t'],
  statusLists: [{ list: LIST, purpose: 'revocation' as const }],
};
const bytesWith = (...set: number[]): Buffer => {
  const bytes = Buffer.alloc(16_384);
  for (const index of set) bytes[index >> 3]! |= 0x80 >> (index & 7);
  return bytes;
};

const setup = () => {
  const world = { now: 1_000_000, bytes: bytesWith(), by: issuer.issuer, purpose: 'revocation' };
  const get: GetDocument = async (address) => {
    expect(address).toBe(LIST);
    return { body: Buffer.from('{}'), maxAge: undefined };
  };
  const statuses = zkStatuses(get, () => world.now);
  const read = () =>
    statuses(issuer, async () => ({
      issuer: world.by,
      credential: {
        credentialSubject: {
          statusPurpose: world.purpose,
          encodedList: `u${gzipSync(world.bytes).toString('base64url')}`,
        },
      },
    }));
  return { world, read, statuses };
};

describe('status lists that a zero-knowledge proof may be about', () => {
  test('are those that the issuer published, by the root that we compute', async () => {
    const { world, read } = setup();
    world.bytes = bytesWith(7);
    expect(await read()).toEqual([{ status: issuer.statusLists[0], root: new StatusList(world.bytes).root }]);
  });

  test('stay good for ten minutes after the list has changed, and no longer', async () => {
    const { world, read } = setup();
    const [{ root: before } = { root: 0n }] = await read();
    world.bytes = bytesWith(7);
    const changed = await read();
    expect(changed).toHaveLength(2);
    expect(changed[1]?.root).toBe(before);
    expect(changed[0]?.root).not.toBe(before);
    world.now += 600_000;
    expect(await read()).toEqual([changed[0]]);
  });

  test('are refused when another issued them, for another purpose, or of another size', async () => {
    const { world, read } = setup();
    world.by = 'did:web:other.example';
    await expect(read()).rejects.toMatchObject({ code: 'key-unknown' });
    world.by = issuer.issuer;
    world.purpose = 'suspension';
    await expect(read()).rejects.toMatchObject({ code: 'key-unknown' });
    world.purpose = 'revocation';
    for (const length of [16_383, 16_385, 3_000_000]) {
      world.bytes = Buffer.alloc(length);
      await expect(read()).rejects.toThrow();
    }
    world.bytes = bytesWith();
    expect(await read()).toHaveLength(1);
  });

  test('are the empty one, where the operator says that credentials cannot be revoked', async () => {
    const { statuses } = setup();
    const { statusLists: _, ...without } = issuer;
    const never = async () => {
      throw new Error('nothing is read');
    };
    expect(await statuses(without, never)).toEqual([{ status: null, root: StatusList.empty().root }]);
  });
});
