import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { SignJWT } from 'jose';

/** A key pair with its did:jwk. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: Record<string, unknown>;
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

/** Signs as JOSE has it. */
export const es256 =
  ({ privateKey }: TestKey) =>
  async (data: string): Promise<string> =>
    sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');

export const hasher = (data: string | ArrayBuffer, alg: string): Uint8Array =>
  createHash(alg.replace('-', ''))
    .update(typeof data === 'string' ? data : Buffer.from(data))
    .digest();

export const IDENTITY = 'https://credentials.example/identity';

/** The OpenWallet Foundation's SD-JWT library as issuer. */
const sdJwtOf = (issuer: TestKey): SDJwtVcInstance =>
  new SDJwtVcInstance({
    signer: es256(issuer),
    signAlg: 'ES256',
    hasher,
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
  });

/** Issues an SD-JWT VC whose personal claims can each be withheld. */
export const issueSdJwt = (
  issuer: TestKey,
  holder: TestKey | undefined,
  claims: Record<string, unknown> = {},
  header: object = {},
): Promise<string> =>
  sdJwtOf(issuer).issue(
    {
      iss: issuer.did,
      vct: IDENTITY,
      iat: Math.floor(Date.now() / 1000) - 10,
      exp: Math.floor(Date.now() / 1000) + 3600,
      ...(holder ? { cnf: { jwk: holder.publicJwk } } : {}),
      given_name: 'Ada',
      family_name: 'Lovelace',
      birthdate: '1815-12-10',
      nationalities: ['GB', 'FR'],
      address: { locality: 'London', country: 'GB' },
      ...claims,
    } as never,
    {
      _sd: ['given_name', 'family_name', 'birthdate'],
      nationalities: { _sd: [0, 1] },
      address: { _sd: ['locality', 'country'] },
    } as never,
    { header: { kid: '#0', ...header } },
  );

/** Issues a credential of the VC Data Model 1.1 in a JWT. */
export const issueJwtVc = (
  issuer: TestKey,
  subject: string,
  vc: Record<string, unknown> = {},
  claims: Record<string, unknown> = {},
): Promise<string> =>
  new SignJWT({
    vc: {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential', 'IdentityCredential'],
      credentialSubject: { id: subject, given_name: 'Ada' },
      ...vc,
    },
    iss: issuer.did,
    sub: subject,
    nbf: Math.floor(Date.now() / 1000) - 10,
    exp: Math.floor(Date.now() / 1000) + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: `${issuer.did}#0`, typ: 'JWT' })
    .sign(issuer.privateKey);
