import { SignJWT } from 'jose';
import type { Json } from '../../credentials/data-integrity/shape.ts';
import { type Party, sign, unsigned } from '../../credentials/data-integrity/testing.ts';

export { type Party, party } from '../../credentials/data-integrity/testing.ts';

import { sdJwtLibrary, type TestKey } from '../../credentials/testing/tokens.ts';

export { newKey, type TestKey } from '../../credentials/testing/tokens.ts';

export const IDENTITY = 'https://credentials.example/identity';

/** Issues an SD-JWT VC whose personal claims can each be withheld. */
export const issueSdJwt = (
  issuer: TestKey,
  holder: TestKey | undefined,
  claims: Record<string, unknown> = {},
  header: object = {},
): Promise<string> =>
  sdJwtLibrary(issuer).issue(
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

/** Issues a credential with a Data Integrity proof, by the public libraries. */
export const issueLdp = async (
  issuer: Party,
  subject: string,
  { cryptosuite = 'eddsa-rdfc-2022', ...more }: { cryptosuite?: string } & Record<string, unknown> = {},
): Promise<Json> =>
  sign(
    {
      ...unsigned(issuer.did, subject),
      validFrom: new Date(Date.now() - 60_000).toISOString(),
      validUntil: new Date(Date.now() + 3_600_000).toISOString(),
      type: ['VerifiableCredential', 'ClerkCredential'],
      ...more,
    },
    issuer,
    { cryptosuite, date: new Date().toISOString() },
  );
