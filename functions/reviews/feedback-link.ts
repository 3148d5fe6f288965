import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { ReviewError } from './review-error.ts';

/** What a one-time link asks about. */
export interface LinkClaims {
  readonly tenant: string;
  /** Key of the decision. */
  readonly decision: string;
  /** Makes the answer's id: a link is spent once feedback of that id is on record. */
  readonly nonce: string;
  /** ms. */
  readonly expiresAt: number;
}

/** Longest token that is looked at, characters. */
const TOKEN_LENGTH = 600;

const macOf = (secret: string, payload: string): Buffer =>
  createHmac('sha256', new Uint8Array(hkdfSync('sha256', secret, '', 'countersign/feedback-link', 32)))
    .update(payload)
    .digest();

/**
 * The token of a person's one-time link: claims and their HMAC-SHA-256 under a key that HKDF derives from the
 * deployment's secret. It holds no identifier of the person.
 *
 * @param secret at least 32 characters of randomness.
 */
export const signLink = (secret: string, claims: LinkClaims): string => {
  const { decision, nonce, expiresAt } = claims;
  const payload = Buffer.from(JSON.stringify([decision, nonce, expiresAt])).toString('base64url');
  return `${payload}.${macOf(secret, payload).toString('base64url')}`;
};

const invalid = () => new ReviewError('link-invalid', 'This link is not one of ours', { status: 404 });

/**
 * The claims of a token that was signed here and has not expired.
 *
 * @param now processing time, ms.
 * @throws ReviewError `link-invalid` (404), `link-expired` (410)
 * @example
 * ```ts
 * openLink(secret, signLink(secret, claims), Date.now()); // claims
 * ```
 */
export const openLink = (secret: string, token: string, now: number): LinkClaims => {
  const [payload = '', mac = '', ...more] = token.length > TOKEN_LENGTH ? [] : token.split('.');
  const given = Buffer.from(mac, 'base64url');
  const wanted = macOf(secret, payload);
  // The canonical writing only: base64url has spare bits that would make one token many.
  if (more.length > 0 || given.length !== wanted.length || given.toString('base64url') !== mac)
    throw invalid();
  if (!timingSafeEqual(given, wanted)) throw invalid();
  const [decision, nonce, expiresAt] = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  if (now >= expiresAt) throw new ReviewError('link-expired', 'This link has expired', { status: 410 });
  return { tenant: decision.split('#')[1], decision, nonce, expiresAt };
};
