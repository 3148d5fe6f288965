import { generateKeyPairSync, sign } from 'node:crypto';
import { type SigningKey, thumbprint } from '../../platform/index.ts';

/** For tests: a fresh P-256 key that signs as KMS does for the log. */
export const freshSigningKey = (): SigningKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  return {
    alg: 'ES256',
    publicJwk: async () => ({ ...jwk, kid: thumbprint(jwk), alg: 'ES256', use: 'sig' }),
    sign: async (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
};
