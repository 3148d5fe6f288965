import {
  checkValidity,
  isObject,
  type JsonObject,
  parseJws,
  type SignerResolver,
  TokenError,
  verifyJws,
} from '../jose/index.ts';

/** Claims of the token beside the credential (VC-JOSE-COSE §3.1.3): they are about the token. */
const TOKEN_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti'];

/**
 * Verifies the signature of a credential that is itself the payload of a JWT (`application/vc+jwt`, W3C VC-JOSE-COSE
 * §3.1): its type, its issuer's key, and the period of the token. The data model, its dates and its status are the
 * caller's to check on what is returned.
 *
 * @param now ms since 1970.
 * @returns the credential without the claims of the token.
 * @throws TokenError
 */
export const verifyVcJwt = async (
  token: unknown,
  signers: SignerResolver,
  now: number,
): Promise<{ readonly issuer: string; readonly credential: JsonObject }> => {
  const jws = parseJws(token);
  const { header, payload } = jws;
  if (header.typ !== 'vc+jwt' && header.typ !== 'application/vc+jwt')
    throw new TokenError('type-refused', 'The enveloped credential is of another type');
  if (['vc', 'vp', 'proof'].some((name) => name in payload))
    throw new TokenError('token-malformed', 'The enveloped credential is secured in two ways');
  const issuer = isObject(payload.issuer) ? payload.issuer.id : payload.issuer;
  if (typeof issuer !== 'string')
    throw new TokenError('token-malformed', 'The enveloped credential names no issuer');
  const subject = isObject(payload.credentialSubject) ? payload.credentialSubject.id : undefined;
  const agree = (claim: string, said: unknown) => payload[claim] === undefined || payload[claim] === said;
  if (!agree('iss', issuer) || !agree('sub', subject) || !agree('jti', payload.id))
    throw new TokenError('token-malformed', 'The credential and its token contradict each other');
  const signer = await signers({ issuer, header });
  verifyJws(jws, signer.key);
  checkValidity(payload, now);
  const credential = Object.fromEntries(
    Object.entries(payload).filter(([name]) => !TOKEN_CLAIMS.includes(name)),
  );
  return { issuer: signer.issuer, credential };
};
