import { TokenError } from './jose-error.ts';

/** A JSON object, members unknown. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Tells a JSON object from all other JSON values. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Decodes base64url without padding; one value has one text. @throws TokenError `token-malformed` */
export const base64urlBytes = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text)
    throw new TokenError('token-malformed', 'A part of the token is not base64url');
  return bytes;
};

/**
 * Parses JSON that a stranger sent: UTF-8, bounded in depth, and without the member names that JavaScript gives
 * a meaning of their own.
 *
 * @param maxDepth deepest nesting of objects and arrays accepted.
 * @throws TokenError `token-malformed`, `token-too-large`
 */
export const parseJson = (bytes: Uint8Array, maxDepth = 16): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new TokenError('token-malformed', 'A part of the token is not JSON', cause);
  }
  checkJson(value, maxDepth);
  return value;
};

/**
 * Bounds a JSON value that is already parsed.
 *
 * @throws TokenError `token-too-large` when it is nested deeper; `token-malformed` for a member named `__proto__`.
 */
export const checkJson = (value: unknown, maxDepth = 16): void => {
  if (typeof value !== 'object' || value === null) return;
  if (maxDepth === 0) throw new TokenError('token-too-large', 'The token is nested too deeply');
  if (Object.hasOwn(value, '__proto__'))
    throw new TokenError('token-malformed', 'A member has a name that is not allowed');
  for (const member of Object.values(value)) checkJson(member, maxDepth - 1);
};
