import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import type { SigningKey } from '../../platform/index.ts';
import fixture from '../fixtures/request-signing.json' with { type: 'json' };
import { type VerifierIdentity, verifierIdentity } from '../verifier-identity.ts';

/** Certificate for `verifier.example`, base64 DER. */
export const CERTIFICATE: string = fixture.certificate;

/** The key that the certificate is for, as KMS signs. */
export const certifiedKey: SigningKey = {
  alg: 'ES256',
  publicJwk: async () => ({
    ...new X509Certificate(Buffer.from(CERTIFICATE, 'base64')).publicKey.export({ format: 'jwk' }),
    kid: 'test',
    alg: 'ES256',
    use: 'sig',
  }),
  sign: async (bytes) =>
    sign('sha256', bytes, { key: createPrivateKey(fixture.privateKey), dsaEncoding: 'ieee-p1363' }),
};

/** A verifier known by that certificate. */
export const certifiedIdentity = (): Promise<VerifierIdentity> =>
  verifierIdentity(certifiedKey, { did: undefined, certificates: [CERTIFICATE] });
