import { createHash } from 'node:crypto';
import { base64urlBytes, isObject, type JsonObject, parseJson, TokenError } from '../jose/index.ts';

/** Most disclosures in one presentation. */
export const MAX_DISCLOSURES = 256;

/** Hash functions for digests by their `_sd_alg` name (RFC 9901 §4.1.1). */
const HASHES: Readonly<Record<string, string>> = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
};

/** The digest of a text under an `_sd_alg`, base64url. @throws TokenError `algorithm-refused` */
export const digestOf = (text: string, alg: string): string => {
  const hash = Object.hasOwn(HASHES, alg) ? HASHES[alg] : undefined;
  if (hash === undefined)
    throw new TokenError('algorithm-refused', 'The digests are of an unknown hash function');
  return createHash(hash).update(text, 'ascii').digest('base64url');
};

interface Disclosure {
  /** Name of an object's member; undefined for an element of an array. */
  readonly name: string | undefined;
  readonly value: unknown;
}

/**
 * What an SD-JWT's payload says once its disclosures are put back.
 *
 * An element of an array that was not disclosed stays behind as `undefined`, a hole, so that positions are
 * those of the credential: a query for the second nationality must not be met by the only one disclosed.
 */
export interface DisclosedPayload {
  /** The claims, without digests, with holes in arrays. */
  readonly claims: JsonObject;
  /** Names, at the top level, that were disclosed and not in the signed payload openly. */
  readonly disclosedNames: ReadonlySet<string>;
}

/**
 * Puts disclosures back into a payload (RFC 9901 §7.1). Refused: a disclosure that no digest refers to, a digest
 * twice anywhere, a disclosure twice, a name that is there already or that the format reserves, digests that
 * are no text, and nesting without end.
 *
 * @param encoded disclosures as sent, base64url.
 * @throws TokenError `disclosure-refused`, `token-malformed`, `token-too-large`, `algorithm-refused`
 */
export const disclose = (payload: JsonObject, encoded: readonly string[]): DisclosedPayload => {
  if (encoded.length > MAX_DISCLOSURES)
    throw new TokenError('token-too-large', 'There are too many disclosures');
  const alg = payload._sd_alg ?? 'sha-256';
  if (typeof alg !== 'string')
    throw new TokenError('token-malformed', 'The name of a hash function must be text');
  const disclosures = new Map<string, Disclosure>();
  for (const text of encoded) {
    const digest = digestOf(text, alg);
    if (disclosures.has(digest)) throw refused('A disclosure is there twice');
    disclosures.set(digest, parseDisclosure(text));
  }
  const walk = new Walk(disclosures);
  const claims = walk.object(payload, 0);
  if (walk.used.size !== disclosures.size) throw refused('A disclosure belongs to nothing in the credential');
  const { _sd_alg: _, ...rest } = claims;
  return {
    claims: rest,
    disclosedNames: new Set(Object.keys(rest).filter((name) => !Object.hasOwn(payload, name))),
  };
};

const refused = (message: string): TokenError => new TokenError('disclosure-refused', message);

const parseDisclosure = (text: string): Disclosure => {
  const parts = parseJson(base64urlBytes(text));
  if (!Array.isArray(parts) || typeof parts[0] !== 'string')
    throw new TokenError('token-malformed', 'A disclosure must be an array that begins with its salt');
  if (parts.length === 2) return { name: undefined, value: parts[1] };
  if (parts.length !== 3 || typeof parts[1] !== 'string')
    throw new TokenError('token-malformed', 'A disclosure must have two or three elements');
  if (parts[1] === '_sd' || parts[1] === '...' || parts[1] === '_sd_alg' || parts[1] === '__proto__')
    throw refused('A disclosure has a reserved name');
  return { name: parts[1], value: parts[2] };
};

/** Deepest nesting of disclosed claims. */
const MAX_DEPTH = 16;

class Walk {
  readonly used = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #disclosures: ReadonlyMap<string, Disclosure>;

  constructor(disclosures: ReadonlyMap<string, Disclosure>) {
    this.#disclosures = disclosures;
  }

  object(source: JsonObject, depth: number): Record<string, unknown> {
    if (depth > MAX_DEPTH) throw new TokenError('token-too-large', 'The claims are nested too deeply');
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(source)) {
      if (name === '...') throw refused('A digest of an element stands outside an array');
      if (name === '_sd_alg' && depth > 0) throw refused('A hash function is named below the top level');
      if (name === '_sd') continue;
      const shown = this.#value(value, depth + 1);
      if (shown !== undefined) result[name] = shown;
    }
    for (const digest of digests(source._sd)) {
      const found = this.#take(digest);
      if (found === undefined) continue;
      if (found.name === undefined) throw refused('A disclosure of an element stands for a member');
      if (Object.hasOwn(result, found.name)) throw refused('A disclosure repeats a claim');
      const shown = this.#value(found.value, depth + 1);
      if (shown !== undefined) result[found.name] = shown;
    }
    return result;
  }

  #value(value: unknown, depth: number): unknown {
    if (Array.isArray(value)) return this.#array(value, depth);
    if (!isObject(value)) return value;
    const shown = this.object(value, depth);
    // Of an object whose members are all withheld nothing is known, not that it is empty.
    const isWithheld = Object.keys(shown).length === 0 && digests(value._sd).length > 0;
    return isWithheld ? undefined : shown;
  }

  #array(source: readonly unknown[], depth: number): unknown[] {
    if (depth > MAX_DEPTH) throw new TokenError('token-too-large', 'The claims are nested too deeply');
    return source.map((element) => {
      if (!isObject(element) || !Object.hasOwn(element, '...')) return this.#value(element, depth + 1);
      const digest = element['...'];
      if (typeof digest !== 'string' || Object.keys(element).length !== 1)
        throw new TokenError('token-malformed', 'A digest of an element must stand alone and be text');
      const found = this.#take(digest);
      if (found === undefined) return undefined;
      if (found.name !== undefined) throw refused('A disclosure of a member stands for an element');
      return this.#value(found.value, depth + 1);
    });
  }

  #take(digest: string): Disclosure | undefined {
    if (this.#seen.has(digest)) throw refused('A digest is there twice');
    this.#seen.add(digest);
    const found = this.#disclosures.get(digest);
    if (found !== undefined) this.used.add(digest);
    return found;
  }
}

const digests = (value: unknown): readonly string[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((digest) => typeof digest === 'string'))
    throw new TokenError('token-malformed', 'Digests must be an array of text');
  return value;
};
