import { describe, expect, it } from 'vitest';
import { P } from './field.ts';
import { replaced } from './testing/replaced.ts';
import { digestOf, load, semaphoreKeyText } from './testing/semaphore.ts';
import { trapdoor, twistPoint } from './testing/trapdoor.ts';
import { loadVerificationKey } from './verification-key.ts';

const good = trapdoor('key', 2).key;

describe('loadVerificationKey', () => {
  it('loads a sound key, from text and from bytes, once', async () => {
    const text = JSON.stringify(good);
    const digest = digestOf(text);
    const key = await loadVerificationKey(text, { digest });
    expect(key).toMatchObject({ digest, publicSignals: 2 });
    expect(await loadVerificationKey(new TextEncoder().encode(text), { digest: digest.toUpperCase() })).toBe(
      key,
    );
  });

  it("loads all 32 of Semaphore's keys", async () => {
    for (let depth = 1; depth <= 32; depth++) {
      expect(await load(semaphoreKeyText(depth))).toMatchObject({ publicSignals: 4 });
    }
  });

  it.each([
    ['another digest', (digest: string) => digest.replace(/^./, (c) => (c === '0' ? '1' : '0'))],
    ['no digest', () => ''],
    ['a shorter digest', (digest: string) => digest.slice(0, 62)],
    ['a digest with white space', (digest: string) => `${digest} `],
  ])('refuses %s', async (_, spoil) => {
    const text = JSON.stringify(good);
    await expect(loadVerificationKey(text, { digest: spoil(digestOf(text)) })).rejects.toMatchObject({
      name: 'CredentialError',
      code: 'key-digest-mismatch',
      status: 500,
    });
  });

  it('refuses a key whose bytes changed, even to the same meaning', async () => {
    const text = JSON.stringify(good);
    await expect(loadVerificationKey(`${text}\n`, { digest: digestOf(text) })).rejects.toMatchObject({
      code: 'key-digest-mismatch',
    });
  });

  it.each<[string, string, unknown, string?]>([
    ['another protocol', 'protocol', 'plonk'],
    ['another curve', 'curve', 'bls12381'],
    ['fewer IC points', 'IC', (ic: string[][]) => ic.slice(1)],
    ['more IC points', 'IC', (ic: string[][]) => [...ic, ic[0]]],
    ['a count that is text', 'nPublic', '2'],
    ['a negative count', 'nPublic', -1],
    ['a huge count', 'nPublic', 1e9],
    ['unknown members', 'vk_extra', 1, ''],
    ['no alpha', 'vk_alpha_1', undefined],
    ['alpha off the curve', 'vk_alpha_1.1', '5', 'vk_alpha_1'],
    ['alpha at infinity', 'vk_alpha_1', ['0', '1', '0'], 'vk_alpha_1.2'],
    ['alpha as (0, 0)', 'vk_alpha_1', ['0', '0', '1']],
    ['beta off the curve', 'vk_beta_2.0.0', '5', 'vk_beta_2'],
    ['gamma outside the subgroup', 'vk_gamma_2', twistPoint(9n)],
    ['delta outside the subgroup', 'vk_delta_2', twistPoint(9n)],
    ['delta at infinity', 'vk_delta_2.2', ['0', '0']],
    ['an IC point off the curve', 'IC.1.0', '5', 'IC.1'],
    ['an IC point at infinity', 'IC.2', ['0', '1', '0'], 'IC.2.2'],
    ['a coordinate plus the modulus', 'IC.0.0', (x: string) => String(BigInt(x) + P)],
  ])('refuses %s', async (_, path, change, field = path) => {
    await expect(load(replaced(good, path, change))).rejects.toMatchObject({
      code: 'key-malformed',
      fields: [{ field }],
    });
  });

  it('refuses gamma = delta and gamma = -delta, under which anyone can forge', async () => {
    const { vk_gamma_2: gamma } = good;
    const [x, y, z] = gamma as [string[], string[], string[]];
    const negated = [x, y.map((value) => String(P - BigInt(value))), z];
    for (const delta of [gamma, negated]) {
      await expect(load({ ...good, vk_delta_2: delta })).rejects.toMatchObject({ code: 'key-unsafe' });
    }
    await expect(load(good)).resolves.toBeDefined();
  });

  it('refuses what is not a key at all', async () => {
    for (const text of ['', '{', 'null', '[]', '1', '{}']) {
      await expect(load(text)).rejects.toMatchObject({ code: 'key-malformed' });
    }
  });
});
