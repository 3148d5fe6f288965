import type { JsonWebKey } from 'node:crypto';
import { createHash } from 'node:crypto';

/** How a wallet's answer travels (OpenID4VP 1.0 §8.2, §8.3.1, §A.2). */
export const RESPONSE_MODES = ['direct_post', 'direct_post.jwt', 'dc_api', 'dc_api.jwt'] as const;
export type ResponseMode = (typeof RESPONSE_MODES)[number];

/** How wallets learn who asks (OpenID4VP 1.0 §5.9.3). `redirect_uri` cannot be signed. */
export const CLIENT_ID_PREFIXES = [
  'decentralized_identifier',
  'x509_san_dns',
  'x509_hash',
  'redirect_uri',
] as const;
export type ClientIdPrefix = (typeof CLIENT_ID_PREFIXES)[number];

/** Whether the wallet is on the device of the login form, or on another that reads a QR code. */
export type Flow = 'same_device' | 'cross_device';

/**
 * What a request is for, where Countersign itself asks: callers in code say so, no body of an app does.
 *
 * `decision`: an event waits for this evidence. `enrolment`: the wallet that answers becomes one of the subject's.
 * Subjects are keyed pseudonyms, as decisions name them.
 */
export type Concern =
  | { readonly kind: 'decision'; readonly eventId: string; readonly subject: string }
  | {
      readonly kind: 'enrolment';
      readonly subject: string;
      /** Who vouched for the person: a cleared session with a second factor, or an operator. */
      readonly by: 'session' | 'operator';
      /** Id of that session's event, or the operator's name. */
      readonly reference: string;
    };

/** One presentation request, fixed once made. */
export interface PresentationRequest {
  /** What wallets and the page know it by. The app's own id cannot be told from it. */
  readonly walletId: string;
  readonly tenant: string;
  /** ms since 1970. */
  readonly createdAt: number;
  /** ms since 1970; no answer is taken afterwards. */
  readonly expiresAt: number;
  /** Full client identifier, prefix included. Over the browser's API answers are bound to the origin instead. */
  readonly clientId: string;
  /** 256 random bits, base64url. */
  readonly nonce: string;
  /** 256 random bits, base64url. */
  readonly state: string;
  /** The DCQL query as the app wrote it, members unknown to DCQL included. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Why it is asked for, in the app's words, for the person. */
  readonly purpose: string;
  /** The app's own name for the person. */
  readonly subject?: string;
  readonly responseMode: ResponseMode;
  readonly flow: Flow;
  /** Where the wallet sends the person after an accepted answer, in the same-device flow. */
  readonly returnUri?: string;
  /** Origins from which the browser's API may have been called. */
  readonly origins?: readonly string[];
  /** Transactions to be confirmed, each the base64url text that is sent. */
  readonly transactionData?: readonly string[];
  /** Private key of this one request for encrypted answers. */
  readonly decryptionKey?: JsonWebKey;
  readonly requestUriMethod: 'get' | 'post';
  /** Absent where an app asks for reasons of its own. */
  readonly concerns?: Concern;
}

/** Whether the answer comes through the browser's Digital Credentials API. */
export const isBrowserMode = (mode: ResponseMode): boolean => mode.startsWith('dc_api');

/** Whether the answer is encrypted. */
export const isEncryptedMode = (mode: ResponseMode): boolean => mode.endsWith('.jwt');

/**
 * The id that wallets see, out of the id that the app holds: one record serves both, and who reads a QR code
 * cannot name the app's request.
 *
 * @param appId 256 random bits, base64url.
 */
export const walletIdOf = (appId: string): string =>
  createHash('sha256').update(`countersign wallet id ${appId}`).digest('base64url').slice(0, 32);

/** Whether a text has the form of an id; other texts need no look-up. */
export const isRequestId = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9_-]{32,43}$/.test(text);

/** Where wallets find a request and answer it. */
export interface RequestUris {
  readonly requestUri: string;
  readonly responseUri: string;
  readonly pageUri: string;
}

/** The addresses of a request under the API's public base URL. */
export const requestUris = (publicUrl: string, walletId: string): RequestUris => {
  const base = `${publicUrl.replace(/\/$/, '')}/v1/presentation-requests/${walletId}`;
  return { requestUri: `${base}/request.jwt`, responseUri: `${base}/response`, pageUri: `${base}/page` };
};
