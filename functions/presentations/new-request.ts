import * as z from 'zod';
import { checkJson, isObject } from '../credentials/jose/index.ts';
import { parseQuery, type Query } from './dcql-query.ts';
import { PresentationError } from './presentation-error.ts';
import {
  CLIENT_ID_PREFIXES,
  type ClientIdPrefix,
  type Concern,
  type Flow,
  isBrowserMode,
  isEncryptedMode,
  type PresentationRequest,
  RESPONSE_MODES,
  requestUris,
  walletIdOf,
} from './presentation-request.ts';
import { checkScopes, type PseudonymScopes } from './pseudonym-scope.ts';
import { newDecryptionKey } from './response-encryption.ts';
import { clientIdOf, type VerifierIdentity } from './verifier-identity.ts';

/** How long a wallet has to answer, ms. */
export const REQUEST_LIFETIME_MS = 600_000;

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2_048);

const transaction = z
  .looseObject({
    type: z.string().min(1).max(256),
    credential_ids: z.array(z.string()).min(1).max(16),
    transaction_data_hashes_alg: z
      .array(z.enum(['sha-256', 'sha-384', 'sha-512']))
      .min(1)
      .optional(),
  })
  .refine((item) => JSON.stringify(item).length <= 4_096, 'must be at most 4096 bytes');

/** The body of `POST /v1/presentation-requests`. */
export const newRequestSchema = z.strictObject({
  dcql_query: z.record(z.string(), z.unknown()),
  /** Shown to the person: why this is asked for. */
  purpose: z.string().min(1).max(300),
  subject: z.string().min(1).max(256).optional(),
  response_mode: z.enum(RESPONSE_MODES).default('direct_post.jwt'),
  flow: z.enum(['same_device', 'cross_device']).optional(),
  return_uri: httpUrl.optional(),
  /** Over the browser's API: origins that the pages calling it have. */
  origins: z.array(httpUrl).min(1).max(8).optional(),
  transaction_data: z.array(transaction).min(1).max(8).optional(),
  client_id_prefix: z.enum(CLIENT_ID_PREFIXES).optional(),
  request_uri_method: z.enum(['get', 'post']).default('get'),
});

/** What the deployment says about requests. */
export interface RequestSettings {
  /** Base URL of the API as wallets reach it. */
  readonly publicUrl: string;
  readonly identity: VerifierIdentity;
  readonly clientIdPrefix: ClientIdPrefix;
  /** Origins that answers may return to, and that may call the browser's API; `loopback` is this machine. */
  readonly appOrigins: readonly string[];
  /**
   * Scopes under which apps may ask for pseudonyms, each with what it is for, in words for the person.
   * @default none
   */
  readonly pseudonymScopes?: PseudonymScopes;
}

/**
 * Makes a presentation request of what an app asked for.
 *
 * @param body parsed JSON of the app.
 * @param random gives that many random bytes.
 * @param now ms since 1970.
 * @param concerns what the answer is for, where Countersign itself asks. It is never part of a body.
 * @returns the request, and the id under which only the app knows it.
 * @throws PresentationError `request-invalid`, `format-unsupported`, `return-uri-refused`, `client-id-unavailable`
 * @example
 * ```ts
 * const { appId, request } = newRequest(body, tenant, settings, randomBytes, Date.now());
 * ```
 */
export const newRequest = (
  body: unknown,
  tenant: string,
  settings: RequestSettings,
  random: (bytes: number) => Buffer,
  now: number,
  concerns?: Concern,
): { readonly appId: string; readonly request: PresentationRequest } => {
  const asked = parseBody(body);
  const query = parseQuery(asked.dcql_query);
  const browser = isBrowserMode(asked.response_mode);
  const flow: Flow = asked.flow ?? (asked.return_uri === undefined ? 'cross_device' : 'same_device');
  checkAddresses(asked, browser, flow, settings.appOrigins);
  const prefix = asked.client_id_prefix ?? settings.clientIdPrefix;
  checkScopes(query, {
    registered: settings.pseudonymScopes ?? {},
    ownQuestion: concerns !== undefined,
    // Over the browser's API the audience is the origin, whichever prefix there is.
    audienceStays: browser || prefix !== 'redirect_uri',
  });
  const secret = () => random(32).toString('base64url');
  const appId = secret();
  const walletId = walletIdOf(appId);
  const transactionData = asked.transaction_data?.map((item, index) => encoded(item, query, index));
  const { responseUri } = requestUris(settings.publicUrl, walletId);
  return {
    appId,
    request: {
      walletId,
      tenant,
      createdAt: now,
      expiresAt: now + REQUEST_LIFETIME_MS,
      clientId: clientIdOf(prefix, settings.identity, responseUri),
      nonce: secret(),
      state: secret(),
      query: asked.dcql_query,
      purpose: asked.purpose,
      ...(asked.subject === undefined ? {} : { subject: asked.subject }),
      responseMode: asked.response_mode,
      flow,
      ...(asked.return_uri === undefined ? {} : { returnUri: asked.return_uri }),
      ...(browser && asked.origins ? { origins: asked.origins.map((origin) => new URL(origin).origin) } : {}),
      ...(transactionData ? { transactionData } : {}),
      ...(isEncryptedMode(asked.response_mode)
        ? { decryptionKey: newDecryptionKey(random(8).toString('base64url')) }
        : {}),
      requestUriMethod: asked.request_uri_method,
      ...(concerns === undefined ? {} : { concerns }),
    },
  };
};

type Asked = z.infer<typeof newRequestSchema>;

const parseBody = (body: unknown): Asked => {
  const result = newRequestSchema.safeParse(body);
  if (result.success) return result.data;
  const fields = result.error.issues
    .slice(0, 16)
    .map((issue) => ({ field: issue.path.join('.'), problem: issue.message }));
  throw new PresentationError('request-invalid', 'The presentation request is not valid', {
    status: 422,
    fields,
  });
};

const wrong = (field: string, problem: string, code = 'request-invalid'): PresentationError =>
  new PresentationError(code, 'The presentation request is not valid', {
    status: 422,
    fields: [{ field, problem }],
  });

/** Where the person, or the browser, may be: only where the deployment says that the app's pages are. */
const checkAddresses = (asked: Asked, browser: boolean, flow: Flow, allowed: readonly string[]): void => {
  if (browser) {
    if (asked.return_uri !== undefined) throw wrong('return_uri', "is not used over the browser's API");
    if (asked.origins === undefined) throw wrong('origins', "is required over the browser's API");
  } else if (asked.origins !== undefined) {
    throw wrong('origins', "is used over the browser's API only");
  }
  if ((flow === 'same_device' && !browser) !== (asked.return_uri !== undefined))
    throw wrong('return_uri', 'belongs to the same-device flow, and is required there');
  for (const origin of asked.origins ?? []) {
    if (new URL(origin).origin !== origin.replace(/\/$/, ''))
      throw wrong('origins', 'must be origins, without path');
    if (!isAllowed(origin, allowed))
      throw wrong('origins', 'must be allowed by the deployment', 'return-uri-refused');
  }
  if (asked.return_uri !== undefined && !isAllowed(asked.return_uri, allowed))
    throw wrong('return_uri', 'must be at an origin that the deployment allows', 'return-uri-refused');
};

const isAllowed = (address: string, allowed: readonly string[]): boolean => {
  const { origin, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  if (allowed.includes(origin)) return true;
  return allowed.includes('loopback') && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
};

/** A transaction as it is sent. It must be confirmable: bound credentials of a format that has the means. */
const encoded = (item: z.infer<typeof transaction>, query: Query, index: number): string => {
  try {
    checkJson(item, 8);
  } catch {
    throw wrong(`transaction_data.${index}`, 'must be nested less deeply');
  }
  for (const id of item.credential_ids) {
    const credential = query.credentials.find((asked) => asked.id === id);
    const confirmable =
      credential?.format === 'dc+sd-jwt' && credential.require_cryptographic_holder_binding !== false;
    if (!confirmable)
      throw wrong(
        `transaction_data.${index}.credential_ids`,
        'must name dc+sd-jwt credentials with holder binding',
      );
  }
  return Buffer.from(JSON.stringify(item)).toString('base64url');
};

/** The transactions that the holder of one credential must confirm, out of a request. */
export const transactionsFor = (
  request: PresentationRequest,
  credentialId: string,
): { readonly encoded: string; readonly hashes: readonly string[] }[] =>
  (request.transactionData ?? []).flatMap((text) => {
    const item: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!isObject(item) || !(item.credential_ids as string[]).includes(credentialId)) return [];
    return [
      { encoded: text, hashes: (item.transaction_data_hashes_alg as string[] | undefined) ?? ['sha-256'] },
    ];
  });
