/** One element of DER (X.690 §8.1). */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements that stand one after the other; those up to the first that cannot be read. */
const elements = (bytes: Buffer): Element[] => {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [tag, first] = [bytes[at]!, bytes[at + 1]!];
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const begin = at + 2 + lengthBytes;
    if (lengthBytes > 4 || begin > bytes.length) break;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    if (begin + length > bytes.length) break;
    found.push({ tag, content: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return found;
};

const only = (bytes: Buffer | undefined): Buffer | undefined =>
  elements(bytes ?? Buffer.alloc(0))[0]?.content;

/** Tags of a certificate's extensions, `[3]`, and of a key identifier, `[0]` (RFC 5280 §4.1, §4.2.1.1). */
const EXTENSIONS = 0xa3;
const KEY_IDENTIFIER = 0x80;

/** 2.5.29.35, AuthorityKeyIdentifier. */
const AUTHORITY_KEY_ID = Buffer.from('551d23', 'hex');

/**
 * The key identifiers in a certificate's AuthorityKeyIdentifier, base64url. Found where the extension stands and not
 * where its bytes do: a name in the certificate, which its holder may have chosen, can hold the same bytes.
 *
 * @param der of a certificate that was read already.
 */
export const authorityKeyIds = (der: Buffer): string[] => {
  const extensions = elements(only(only(der)) ?? Buffer.alloc(0)).find(({ tag }) => tag === EXTENSIONS);
  return elements(only(extensions?.content) ?? Buffer.alloc(0)).flatMap(({ content }) => {
    const parts = elements(content);
    if (!parts[0]?.content.equals(AUTHORITY_KEY_ID)) return [];
    const names = elements(only(parts.at(-1)?.content) ?? Buffer.alloc(0));
    return names.flatMap((name) => (name.tag === KEY_IDENTIFIER ? [name.content.toString('base64url')] : []));
  });
};
