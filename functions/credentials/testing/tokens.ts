import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

/** A key pair with its did:jwk. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly did: string;
}

export const newKey = (namedCurve: 'P-256' | 'P-384' = 'P-256'): TestKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const publicJwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>;
  return {
    privateKey,
    publicJwk,
    did: `did:jwk:${Buffer.from(JSON.stringify(publicJwk)).toString('base64url')}`,
  };
};

/** Signs as JOSE has it, by ES256. */
export const es256 =
  ({ privateKey }: TestKey) =>
  async (data: string): Promise<string> =>
    sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');

/** A JWT by ES256, its payload as it is given: right or wrong. */
export const signToken = (key: TestKey, header: object, payload: object): string => {
  const input = [{ alg: 'ES256', ...header }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
};

/** An SD-JWT whose `hidden` claims are all disclosed, without a key binding. */
export const issueToken = (
  key: TestKey,
  header: object,
  payload: object,
  hidden: Record<string, unknown>,
): string => {
  const disclosures = Object.entries(hidden).map(([name, value]) =>
    Buffer.from(JSON.stringify([randomBytes(16).toString('base64url'), name, value])).toString('base64url'),
  );
  const _sd = disclosures.map((text) => createHash('sha256').update(text).digest('base64url')).sort();
  const token = signToken(key, header, { ...payload, _sd, _sd_alg: 'sha-256' });
  return `${[token, ...disclosures].join('~')}~`;
};

export const hasher = (data: string | ArrayBuffer, alg: string): Uint8Array =>
  createHash(alg.replace('-', ''))
    .update(typeof data === 'string' ? data : Buffer.from(data))
    .digest();

/** The OpenWallet Foundation's SD-JWT library, as issuer and as holder. */
export const sdJwtLibrary = (issuer: TestKey | undefined, holder?: TestKey): SDJwtVcInstance =>
  new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
    ...(issuer ? { signer: es256(issuer), signAlg: 'ES256' } : {}),
    ...(holder ? { kbSigner: es256(holder), kbSignAlg: 'ES256' } : {}),
  });
