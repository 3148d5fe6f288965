import { SIGNATURE_ALGORITHMS } from '../credentials/jose/index.ts';
import { COSE_ALGORITHMS } from '../credentials/mdoc/index.ts';
import { CRYPTOSUITE } from '../credentials/statement/index.ts';
import { asksForProof, type Query } from './dcql-query.ts';
import { isBrowserMode, isEncryptedMode, type PresentationRequest } from './presentation-request.ts';
import { CONTENT_ENCRYPTION, publicHalf } from './response-encryption.ts';
import { keyHeaderOf, type VerifierIdentity } from './verifier-identity.ts';

/** Media type of a request object (RFC 9101 §10.2), also its `typ` without `application/`. */
export const REQUEST_OBJECT_TYPE = 'application/oauth-authz-req+jwt';

/** Suites of Data Integrity proofs that are verified. */
export const CRYPTOSUITES = ['eddsa-rdfc-2022', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'bbs-2023'] as const;

const ALGORITHMS_OF_FORMAT: Readonly<Record<string, Readonly<Record<string, readonly (string | number)[]>>>> =
  {
    'dc+sd-jwt': { 'sd-jwt_alg_values': SIGNATURE_ALGORITHMS, 'kb-jwt_alg_values': SIGNATURE_ALGORITHMS },
    mso_mdoc: { issuerauth_alg_values: COSE_ALGORITHMS, deviceauth_alg_values: COSE_ALGORITHMS },
    jwt_vc_json: { alg_values: SIGNATURE_ALGORITHMS },
    ldp_vc: { proof_type_values: ['DataIntegrityProof'], cryptosuite_values: CRYPTOSUITES },
  };

/** What the verifier says of itself in the request: only formats that the query names. */
const clientMetadata = (request: PresentationRequest): Record<string, unknown> => {
  const { credentials } = request.query as unknown as Query;
  const formats = [...new Set(credentials.map(({ format }) => format))];
  const proofs = credentials.some(({ meta }) => asksForProof(meta))
    ? { ldp_vc: { ...ALGORITHMS_OF_FORMAT.ldp_vc, cryptosuite_values: [...CRYPTOSUITES, CRYPTOSUITE] } }
    : {};
  const algorithms: typeof ALGORITHMS_OF_FORMAT = { ...ALGORITHMS_OF_FORMAT, ...proofs };
  return {
    vp_formats_supported: Object.fromEntries(formats.map((format) => [format, algorithms[format]])),
    ...(isEncryptedMode(request.responseMode) && request.decryptionKey
      ? {
          jwks: { keys: [publicHalf(request.decryptionKey)] },
          encrypted_response_enc_values_supported: CONTENT_ENCRYPTION,
        }
      : {}),
  };
};

/**
 * The parameters of an authorization request (OpenID4VP 1.0 §5), without those of its signed form.
 *
 * @param responseUri where the wallet answers; not used over the browser's API.
 */
export const requestParameters = (
  request: PresentationRequest,
  responseUri: string,
): Readonly<Record<string, unknown>> => ({
  response_type: 'vp_token',
  response_mode: request.responseMode,
  nonce: request.nonce,
  dcql_query: request.query,
  client_metadata: clientMetadata(request),
  ...(isBrowserMode(request.responseMode) ? {} : { response_uri: responseUri, state: request.state }),
  ...(request.transactionData ? { transaction_data: request.transactionData } : {}),
});

/**
 * Signs a request as a JWT (RFC 9101; OpenID4VP 1.0 §5.10.1, and §A.3.2.1 over the browser's API).
 *
 * @param walletNonce what the wallet sent to be sure that the request is fresh.
 * @param now ms since 1970.
 */
export const signedRequestObject = async (
  request: PresentationRequest,
  identity: VerifierIdentity,
  responseUri: string,
  now: number,
  walletNonce?: string,
): Promise<string> => {
  const header = {
    alg: identity.key.alg,
    typ: REQUEST_OBJECT_TYPE.slice('application/'.length),
    ...keyHeaderOf(request.clientId, identity),
  };
  const payload = {
    // No `iss`: wallets must ignore it (§5), and some compare it with the key's DID instead.
    // §5.8: the wallet is not known before it answers.
    aud: 'https://self-issued.me/v2',
    iat: Math.floor(now / 1000),
    exp: Math.floor(request.expiresAt / 1000),
    client_id: request.clientId,
    ...requestParameters(request, responseUri),
    ...(isBrowserMode(request.responseMode) ? { expected_origins: request.origins } : {}),
    ...(walletNonce === undefined ? {} : { wallet_nonce: walletNonce }),
  };
  const input = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = await identity.key.sign(Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
};

/**
 * The link that starts a wallet: a reference to the signed request object, or, where the client identifier
 * cannot be signed for, the parameters themselves.
 *
 * @param scheme `openid4vp://`, or the `https` address of one wallet.
 */
export const authorizationLink = (
  request: PresentationRequest,
  uris: { readonly requestUri: string; readonly responseUri: string },
  scheme = 'openid4vp://',
): string => {
  const unsigned = request.clientId.startsWith('redirect_uri:');
  const parameters: Readonly<Record<string, unknown>> = unsigned
    ? requestParameters(request, uris.responseUri)
    : {
        request_uri: uris.requestUri,
        ...(request.requestUriMethod === 'post' ? { request_uri_method: 'post' } : {}),
      };
  const query = new URLSearchParams({ client_id: request.clientId });
  for (const [name, value] of Object.entries(parameters))
    query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return `${scheme}?${query}`;
};
