import type { Content, Operations } from './operation.ts';

const APP_ID = { id: 'The id that the app got; wallets know the request by another one' };
const WALLET_ID = { id: 'The id that is in the request URI' };
const FORM = 'application/x-www-form-urlencoded';

const SIGNED: Content = {
  description: 'The request object, signed by ES256 (OpenID4VP 1.0 §5, RFC 9101)',
  type: 'application/oauth-authz-req+jwt',
};
const RESULT: Content = {
  description: 'The result. While it is `pending`, ask again',
  schema: 'PresentationResult',
  example: {
    status: 'verified',
    credentials: [
      {
        id: 'identity',
        format: 'dc+sd-jwt',
        issuer: 'did:web:gov.example',
        type: 'https://gov.example/identity',
        claims: { given_name: 'Ada' },
        status: 'valid',
      },
    ],
  },
};

/** Asking for presentations and reading results: for apps. */
const APPS: Operations = {
  'POST /v1/presentation-requests': {
    id: 'requestPresentation',
    tag: 'Presentations',
    summary: 'Ask a wallet to prove something',
    description:
      'With `return_uri` the wallet is on the device of the login form (same-device flow) and returns the person ' +
      'there with a `response_code`; without it a QR code is scanned and the app polls (cross-device flow). With ' +
      "`response_mode: dc_api.jwt` the browser's Digital Credentials API is used, from pages of the `origins` named.",
    scopes: ['present'],
    query: ['tenant'],
    body: {
      description: 'What is asked, as a DCQL query, and why, in words for the person',
      schema: 'NewPresentationRequest',
      example: {
        dcql_query: {
          credentials: [
            {
              id: 'identity',
              format: 'dc+sd-jwt',
              meta: { vct_values: ['https://gov.example/identity'] },
              claims: [{ path: ['given_name'] }],
            },
          ],
        },
        purpose: 'To be sure that it is you',
        return_uri: 'https://shop.example/back',
      },
    },
    answers: {
      201: {
        description: 'How to start a wallet',
        schema: 'PresentationRequested',
        example: {
          id: 'p3Jq…',
          expires_at: '2026-11-20T09:34:00.000Z',
          authorization_request: 'openid4vp://?client_id=…&request_uri=…',
          page_uri: 'https://api.example/v1/presentation-requests/Kd0…/page',
          request_uri: 'https://api.example/v1/presentation-requests/Kd0…/request.jwt',
          qr_code: '<svg>…</svg>',
        },
      },
    },
    problems: {
      400: ['body-not-json', 'tenant-invalid'],
      403: ['tenant-mismatch'],
      413: ['body-too-large'],
      415: ['media-type-unsupported'],
      422: ['request-invalid', 'format-unsupported', 'return-uri-refused', 'client-id-unavailable'],
    },
  },
  'GET /v1/presentation-requests/{id}': {
    id: 'presentationResult',
    tag: 'Presentations',
    summary: 'Read what was proved',
    scopes: ['present'],
    path: APP_ID,
    query: ['response_code', 'tenant'],
    answers: { 200: RESULT },
    problems: {
      400: ['tenant-invalid'],
      403: ['response-code-wrong', 'tenant-mismatch'],
      404: ['presentation-request-unknown'],
    },
  },
  'POST /v1/presentation-requests/{id}/dc-response': {
    id: 'answerFromBrowser',
    tag: 'Presentations',
    summary: "Hand in what the browser's Digital Credentials API gave",
    scopes: ['present'],
    path: APP_ID,
    query: ['tenant'],
    body: {
      description: 'The `data` of the credential, and the origin of the page that asked for it',
      schema: 'BrowserAnswer',
      example: { origin: 'https://shop.example', data: { response: 'eyJ…' } },
    },
    answers: { 200: RESULT },
    problems: {
      400: ['request-closed', 'response-invalid', 'presentation-refused', 'body-not-json', 'tenant-invalid'],
      403: ['tenant-mismatch'],
      404: ['presentation-request-unknown'],
      413: ['body-too-large'],
      415: ['media-type-unsupported'],
      422: ['request-invalid'],
    },
  },
};

/** Of a caller who went round the distribution before the API. */
const ROUND = ['edge-bypassed'];

/** Reading a request and answering it: for wallets, which bear no token. */
const WALLETS: Operations = {
  'GET /v1/presentation-requests/{id}/request.jwt': {
    id: 'requestObject',
    tag: 'Wallets',
    summary: 'Read the signed request',
    scopes: [],
    errors: 'oauth',
    path: WALLET_ID,
    answers: { 200: SIGNED },
    problems: { 403: ROUND, 404: ['presentation-request-unknown'] },
  },
  'POST /v1/presentation-requests/{id}/request.jwt': {
    id: 'requestObjectForWallet',
    tag: 'Wallets',
    summary: 'Read the signed request, with a nonce of the wallet in it',
    scopes: [],
    errors: 'oauth',
    path: WALLET_ID,
    body: {
      description: 'OpenID4VP 1.0 §5.10',
      type: FORM,
      schema: 'WalletNonce',
      example: { wallet_nonce: 'qPm…' },
    },
    answers: { 200: SIGNED },
    problems: { 400: ['response-invalid'], 403: ROUND, 404: ['presentation-request-unknown'] },
  },
  'POST /v1/presentation-requests/{id}/response': {
    id: 'answer',
    tag: 'Wallets',
    summary: 'Answer a request',
    description:
      'An answer is accepted once. One that does not hold leaves the request open for a few more tries.',
    scopes: [],
    errors: 'oauth',
    path: WALLET_ID,
    body: { description: 'The answer', type: FORM, schema: 'WalletResponse', example: { response: 'eyJ…' } },
    answers: {
      200: {
        description: 'The answer is accepted',
        schema: 'WalletAnswered',
        example: { redirect_uri: 'https://shop.example/back?response_code=9Zt…' },
      },
    },
    problems: {
      400: ['response-invalid', 'presentation-refused', 'request-closed'],
      403: ROUND,
      404: ['presentation-request-unknown'],
    },
  },
  'GET /v1/presentation-requests/{id}/page': {
    id: 'requestPage',
    tag: 'Wallets',
    summary: 'The page that says what is asked, with a link and a QR code',
    scopes: [],
    errors: 'oauth',
    path: WALLET_ID,
    answers: { 200: { description: 'The page', type: 'text/html' } },
    problems: { 403: ROUND, 404: ['presentation-request-unknown'] },
  },
  'GET /v1/presentation-requests/{id}/status': {
    id: 'requestStatus',
    tag: 'Wallets',
    summary: 'Where a request stands; the page waits by it',
    scopes: [],
    errors: 'oauth',
    path: WALLET_ID,
    answers: {
      200: { description: 'The status', schema: 'PresentationStatus', example: { status: 'pending' } },
    },
    problems: { 403: ROUND, 404: ['presentation-request-unknown'] },
  },
  'GET /.well-known/did.json': {
    id: 'didDocument',
    tag: 'Wallets',
    summary: "The verifier's DID document, where it is known by a did:web",
    scopes: [],
    errors: 'oauth',
    answers: { 200: { description: 'The document', type: 'application/did+json', schema: 'DidDocument' } },
    problems: { 403: ROUND, 404: ['presentation-request-unknown'] },
  },
};

const ISSUER = {
  path: { did: 'DID, `https` URL, or `aki:` and the key identifier of an authority; percent-encoded' },
  query: ['tenant'],
  tag: 'Trusted issuers',
  scopes: ['operate'],
} as const;
const trusted: Content = {
  description: 'The issuer, and what it is trusted for',
  schema: 'TrustedIssuer',
  example: { issuer: 'did:web:gov.example', types: ['https://gov.example/identity'] },
};

/** Whom a tenant trusts: for operators. */
const ISSUERS: Operations = {
  'GET /v1/trusted-issuers': {
    id: 'trustedIssuers',
    summary: 'List the issuers that are trusted',
    query: ['tenant'],
    tag: 'Trusted issuers',
    scopes: ['operate'],
    answers: {
      200: {
        description: 'Their names; what each is trusted for stands in its own record',
        schema: 'TrustedIssuers',
        example: { issuers: ['did:web:gov.example'] },
      },
    },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'] },
  },
  'GET /v1/trusted-issuers/{did+}': {
    ...ISSUER,
    id: 'trustedIssuer',
    summary: 'Read what an issuer is trusted for',
    answers: { 200: trusted },
    problems: {
      400: ['tenant-invalid'],
      403: ['tenant-mismatch'],
      404: ['trusted-issuer-unknown'],
      422: ['trusted-issuer-invalid'],
    },
  },
  'PUT /v1/trusted-issuers/{did+}': {
    ...ISSUER,
    id: 'trustIssuer',
    summary: 'Trust an issuer',
    body: {
      description: 'What it is trusted for',
      schema: 'NewTrustedIssuer',
      example: { types: ['https://gov.example/identity'] },
    },
    answers: { 200: trusted },
    problems: {
      400: ['body-not-json', 'tenant-invalid'],
      403: ['tenant-mismatch'],
      409: ['registry-full'],
      413: ['body-too-large'],
      415: ['media-type-unsupported'],
      422: ['trusted-issuer-invalid'],
    },
  },
  'DELETE /v1/trusted-issuers/{did+}': {
    ...ISSUER,
    id: 'distrustIssuer',
    summary: 'Trust an issuer no longer',
    answers: { 204: { description: 'It is not trusted any more', type: 'none' } },
    problems: {
      400: ['tenant-invalid'],
      403: ['tenant-mismatch'],
      404: ['trusted-issuer-unknown'],
      422: ['trusted-issuer-invalid'],
    },
  },
};

/** Presentations, by who uses them. */
export const PRESENTATION_OPERATIONS: Operations = { ...APPS, ...WALLETS, ...ISSUERS };
