import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEVELOPMENT_KEYS_ACKNOWLEDGED, loadZkKey, type ZkKeyFiles } from './key.ts';

const read = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../circuits/keys/${name}`, import.meta.url));
const files: ZkKeyFiles = { manifest: read('manifest.json'), verificationKey: read('credential.vkey.json') };
const coded = (code: string) => expect.objectContaining({ code });

/** The same files with another manifest. */
function manifested(change: object): ZkKeyFiles {
  const manifest = JSON.parse(new TextDecoder().decode(files.manifest)) as object;
  return { ...files, manifest: new TextEncoder().encode(JSON.stringify({ ...manifest, ...change })) };
}

describe('keys of a development ceremony', () => {
  it('load where no production is, or where the operator takes the risk by name', async () => {
    expect((await loadZkKey(files, { stage: 'local' })).publicSignals).toBe(10);
    await loadZkKey(files, { stage: 'prod', acknowledged: DEVELOPMENT_KEYS_ACKNOWLEDGED });
  });

  it('are refused in production', async () => {
    await expect(loadZkKey(files, { stage: 'prod' })).rejects.toThrow(coded('zk-keys-development'));
    await expect(loadZkKey(files, { stage: 'prod', acknowledged: 'yes' })).rejects.toThrow(
      coded('zk-keys-development'),
    );
    const other = manifested({ ceremony: { kind: 'production' } });
    await loadZkKey(other, { stage: 'prod' });
  });
});

it('a manifest of another key or circuit is refused', async () => {
  const policy = { stage: 'local' };
  const bad: [string, ZkKeyFiles][] = [
    ['zk-manifest-invalid', { ...files, manifest: new TextEncoder().encode('{') }],
    ['zk-manifest-invalid', { ...files, manifest: new TextEncoder().encode('null') }],
    ['zk-manifest-invalid', manifested({ publicSignals: ['a'] })],
    ['zk-manifest-invalid', manifested({ ceremony: { kind: 'other' } })],
    ['key-digest-mismatch', manifested({ digest: '0'.repeat(64) })],
    ['key-digest-mismatch', { ...files, verificationKey: files.verificationKey.slice(1) }],
  ];
  for (const [code, each] of bad) await expect(loadZkKey(each, policy), code).rejects.toThrow(coded(code));
});
