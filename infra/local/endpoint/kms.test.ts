import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsSigningKey, signJws } from '../../../functions/platform/index.ts';
import { createEvents } from '../bus/index.ts';
import { createQueues } from '../queue/index.ts';
import type { LocalTemplate } from '../template.ts';
import { type Endpoint, openSigningKeys, startEndpoint } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-kms-'));
const file = join(folder, 'keys.json');
const arn = (id: string) => `arn:aws:kms:us-east-1:000000000000:key/${id}`;
const key = (id: string, properties: object) => ({ ref: id, arn: arn(id), properties });
const templateOf = (...keys: object[]) => ({ ofType: () => keys }) as unknown as LocalTemplate;
const template = templateOf(
  key('rsa', { KeyUsage: 'SIGN_VERIFY', KeySpec: 'RSA_2048' }),
  key('ec', { KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' }),
  key('data', { EnableKeyRotation: true }),
);

let endpoint: Endpoint;
let client: KMSClient;
beforeAll(async () => {
  const queues = createQueues([], {});
  const events = createEvents(
    { account: '000000000000', region: 'us-east-1', buses: [], rules: [], archives: [], policies: [] },
    { functions: { invoke: async () => undefined }, queues, directory: folder, strictSources: false },
  );
  endpoint = await startEndpoint(0, {
    events,
    queues,
    secrets: () => undefined,
    signingKeys: openSigningKeys(template, file),
    callers: () => undefined,
  });
  client = new KMSClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
  rmSync(folder, { recursive: true });
});

describe('KMS at the endpoint', () => {
  it.each(['RS256', 'ES256'] as const)('signs what jose verifies, %s', async (alg) => {
    const signing = kmsSigningKey(client, arn(alg === 'RS256' ? 'rsa' : 'ec'), alg);
    const jwk = await signing.publicJwk();
    expect(jwk.kid).toBe(await calculateJwkThumbprint(jwk as never));
    // Many times: in one signature of 128 a number of ECDSA is shorter than 32 bytes.
    for (let round = 0; round < (alg === 'ES256' ? 150 : 3); round++) {
      const jws = await signJws(signing, { typ: 'secevent+jwt' }, { round, long: 'x'.repeat(5000) });
      const { protectedHeader, payload } = await compactVerify(jws, await importJWK(jwk as never, alg));
      expect(protectedHeader).toEqual({ typ: 'secevent+jwt', alg, kid: jwk.kid });
      expect(JSON.parse(Buffer.from(payload).toString()).round).toBe(round);
      const forged = `${jws.slice(0, -8)}${jws.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`;
      await expect(compactVerify(forged, await importJWK(jwk as never, alg))).rejects.toThrow();
    }
  });

  it('keeps its keys over a start, in a file of its owner, and none that encrypts', () => {
    const again = openSigningKeys(template, file);
    const first = openSigningKeys(template, file);
    expect(again('rsa')?.privateKey.export({ format: 'jwk' })).toEqual(
      first(arn('rsa'))?.privateKey.export({ format: 'jwk' }),
    );
    expect(again('data')).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const none = join(folder, 'none.json');
    openSigningKeys(templateOf(), none);
    expect(existsSync(none)).toBe(false);
  });

  it('refuses a key that is not there, another algorithm, and a digest that is none', async () => {
    const sign = (KeyId: string, SigningAlgorithm: 'RSASSA_PSS_SHA_256' | 'ECDSA_SHA_256', bytes: number) =>
      client.send(
        new SignCommand({ KeyId, Message: Buffer.alloc(bytes), MessageType: 'DIGEST', SigningAlgorithm }),
      );
    await expect(client.send(new GetPublicKeyCommand({ KeyId: arn('data') }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    await expect(sign('rsa', 'RSASSA_PSS_SHA_256', 32)).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(sign('ec', 'ECDSA_SHA_256', 31)).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await sign('ec', 'ECDSA_SHA_256', 32)).Signature).toBeDefined();
    await expect(kmsSigningKey(client, 'nowhere').publicJwk()).rejects.toMatchObject({
      code: 'signing-key-unavailable',
      status: 503,
    });
  });
});
