import { CredentialError } from '../errors.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DIGIT = new Map([...ALPHABET].map((character, value) => [character, value]));

/** The longest text decoded here is a derived proof; base58 takes time that grows with the square. */
const MAX_BASE58 = 256;
const MAX_BASE64URL = 65_536;

/**
 * Decodes multibase: base58btc (`z…`) or base64url without padding (`u…`), each in its one canonical form.
 *
 * @throws CredentialError `encoding-malformed`.
 *
 * @example
 * ```ts
 * decodeMultibase('z6Mk…'); // Uint8Array(34)
 * ```
 */
export function decodeMultibase(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw malformed();
  if (text[0] === 'z') return decodeBase58(text.slice(1));
  if (text[0] === 'u') return decodeBase64url(text.slice(1));
  throw malformed();
}

/** Base58 in Bitcoin's alphabet: each leading `1` is a zero byte. */
export function decodeBase58(text: string): Uint8Array {
  if (text.length > MAX_BASE58) throw malformed();
  let value = 0n;
  for (const character of text) {
    const digit = DIGIT.get(character);
    if (digit === undefined) throw malformed();
    value = value * 58n + BigInt(digit);
  }
  const zeros = /^1*/.exec(text)![0].length;
  const hex = value === 0n ? '' : value.toString(16);
  return Buffer.concat([
    new Uint8Array(zeros),
    Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'),
  ]);
}

/** Writes base58 in Bitcoin's alphabet. */
export function encodeBase58(bytes: Uint8Array): string {
  let value = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = ALPHABET[Number(value % 58n)] + text;
  let zeros = 0;
  while (bytes[zeros] === 0) zeros++;
  return '1'.repeat(zeros) + text;
}

/** Base64url without padding; refuses stray bits at the end, so that one value has one text. */
export function decodeBase64url(text: string): Uint8Array {
  if (text.length > MAX_BASE64URL || !/^[A-Za-z0-9_-]*$/.test(text)) throw malformed();
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw malformed();
  return bytes;
}

function malformed(): CredentialError {
  return new CredentialError('encoding-malformed', 'The text is not canonical multibase');
}
