import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';

/** Every scope of the API. */
export const ALL_SCOPES = [
  'countersign/evaluate',
  'countersign/present',
  'countersign/operate',
  'countersign/stream',
] as const;

/** Where the issuer's documents are served, below the HTTP API's address. */
export const ISSUER_PATH = '/local/issuer';

/** How long a development token is good, seconds: local mode writes a new one at each start. */
const TOKEN_SECONDS = 30 * 24 * 3600;

/** Local mode's stand-in for an OIDC provider. It signs for this machine only. */
export interface DevIssuer {
  /** `http://127.0.0.1:4000/local/issuer` */
  readonly issuer: string;
  readonly jwks: JSONWebKeySet;
  /** `/.well-known/openid-configuration` below {@link issuer}. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** @param claims beside `iss`, `iat`, `exp`; they may replace the defaults. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** What the issuer signs for. */
export interface DevIssuerOptions {
  /** File of the RSA key, made when it is not there, readable by its owner only. */
  readonly file: string;
  /** Address of the HTTP API. */
  readonly api: string;
  /** What the authorizers of the template expect in `aud`. */
  readonly audience: readonly string[];
  /** ms since the Unix epoch. @default Date.now */
  readonly now?: () => number;
}

/**
 * Opens the development issuer, with the key of the last start where there is one.
 *
 * @example
 * ```ts
 * const issuer = await openDevIssuer({ file: '.local/dev-issuer.json', api, audience: ['countersign'] });
 * writePrivate('.local/dev-token', await issuer.token());
 * ```
 */
export async function openDevIssuer({
  file,
  api,
  audience,
  now = Date.now,
}: DevIssuerOptions): Promise<DevIssuer> {
  const jwk = await keyOf(file);
  const key = await importJWK(jwk, 'RS256');
  const issuer = `${api}${ISSUER_PATH}`;
  const { kty, n, e, kid } = jwk;
  return {
    issuer,
    jwks: { keys: [{ kty: kty!, n: n!, e: e!, kid: kid!, alg: 'RS256', use: 'sig' }] },
    configuration: {
      issuer,
      jwks_uri: `${issuer}/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
      response_types_supported: ['token'],
      scopes_supported: ALL_SCOPES,
    },
    token: (claims = {}) => {
      const seconds = Math.floor(now() / 1000);
      const payload = {
        iss: issuer,
        sub: 'local-development',
        aud: [...audience],
        client_id: 'local-development',
        token_use: 'access',
        scope: ALL_SCOPES.join(' '),
        tenant: '*',
        iat: seconds,
        exp: seconds + TOKEN_SECONDS,
        ...claims,
      };
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: kid!, typ: 'JWT' }).sign(key);
    },
  };
}

/** Writes a file that only its owner may read. */
export function writePrivate(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  // `mode` counts only when the file is made; one that is there keeps its own.
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}

async function keyOf(file: string): Promise<JWK> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: 'RS256' };
  writePrivate(file, JSON.stringify(jwk));
  return jwk;
}
