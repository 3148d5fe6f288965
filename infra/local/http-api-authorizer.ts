import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { AuthorizerConfig } from './http-api-config.ts';
import type { JwtIdentity } from './http-api-event.ts';

/** What the authorizer says of a request. */
export type Authorization =
  | { readonly allowed: true; readonly identity: JwtIdentity }
  /** 401: who is it? 403: a valid token that lacks the scopes. `challenge` goes into `www-authenticate`. */
  | { readonly allowed: false; readonly status: 401 | 403; readonly challenge: string };

/** RSA only, as at HTTP APIs. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/**
 * Checks a bearer token as an HTTP API's JWT authorizer does: signature by the issuer's RSA key, `iss`,
 * `aud` (or `client_id` when there is no `aud`), `exp`, `nbf`, `iat`, and at least one of the route's scopes
 * (API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers").
 *
 * @param authorization the header as sent; the word `Bearer` may be left out, as at AWS.
 * @param keys the issuer's public keys.
 * @param now ms since the Unix epoch.
 * @example
 * ```ts
 * await authorize(header, { issuer, audience: ['countersign'] }, ['countersign/evaluate'], keys, Date.now());
 * ```
 */
export async function authorize(
  authorization: string | undefined,
  config: AuthorizerConfig,
  scopes: readonly string[],
  keys: JWTVerifyGetKey,
  now: number,
): Promise<Authorization> {
  const token = authorization?.replace(/^bearer\s+/i, '').trim();
  if (!token) return { allowed: false, status: 401, challenge: 'Bearer' };
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: config.issuer,
      algorithms: ALGORITHMS,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    if (!meantFor(payload, config.audience)) return invalid('the token does not have a valid audience');
    if (payload.iat !== undefined && payload.iat > now / 1000)
      return invalid('the token was issued in the future');
    const held = scopesOf(payload);
    if (scopes.length > 0 && !scopes.some((scope) => held.includes(scope))) {
      const challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="insufficient scope"`;
      return { allowed: false, status: 403, challenge };
    }
    return { allowed: true, identity: { claims: payload, scopes: held } };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    return invalid(error instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid');
  }
}

function invalid(description: string): Authorization {
  const challenge = `Bearer scope="" error="invalid_token" error_description="${description}"`;
  return { allowed: false, status: 401, challenge };
}

function meantFor(payload: JWTPayload, audience: readonly string[]): boolean {
  const stated = payload.aud ?? payload.client_id;
  const list = Array.isArray(stated) ? stated : [stated];
  return list.some((entry) => typeof entry === 'string' && audience.includes(entry));
}

function scopesOf(payload: JWTPayload): string[] {
  const stated = payload.scope ?? payload.scp;
  if (Array.isArray(stated)) return stated.map(String);
  return typeof stated === 'string' ? stated.split(' ').filter(Boolean) : [];
}
