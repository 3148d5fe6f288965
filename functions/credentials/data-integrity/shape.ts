import { CREDENTIALS_V1, CREDENTIALS_V2 } from '../contexts/index.ts';
import { CredentialError } from '../errors.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What one document may cost: no input may hold a function hostage. */
export interface Limits {
  /** UTF-16 units of the document as JSON. @default 131072 */
  readonly characters: number;
  /** Objects and arrays within each other. @default 16 */
  readonly depth: number;
  /** Values of all kinds, which bounds the number of quads. @default 2048 */
  readonly values: number;
  /** Proofs on one document. @default 4 */
  readonly proofs: number;
  /** Credentials in one presentation. @default 8 */
  readonly credentials: number;
}

export const DEFAULT_LIMITS: Limits = {
  characters: 131_072,
  depth: 16,
  values: 2048,
  proofs: 4,
  credentials: 8,
};

/** Keywords that say how a value is written; every other one would change what the document's terms mean. */
const VALUE_KEYWORDS = new Set(['@value', '@language', '@direction']);

/**
 * Refuses documents that are too large, too deep, or no plain JSON, before anything expands them.
 *
 * @throws CredentialError `document-too-large` or `document-malformed`.
 */
export function checkSize(document: unknown, limits: Limits): asserts document is Json {
  let left = limits.values;
  const walk = (value: unknown, depth: number): void => {
    if (--left < 0) throw tooLarge('has too many values');
    if (value === null || typeof value !== 'object') {
      if (['string', 'boolean'].includes(typeof value) || value === null || Number.isFinite(value)) return;
      throw malformed('', 'must be plain JSON');
    }
    if (depth === limits.depth) throw tooLarge('is nested too deep');
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) {
      throw malformed('', 'must be plain JSON');
    }
    for (const member of Object.values(value)) walk(member, depth + 1);
  };
  if (!isObject(document)) throw malformed('', 'must be an object');
  walk(document, 0);
  if (JSON.stringify(document).length > limits.characters) throw tooLarge('is too long');
}

/**
 * Refuses contexts that were not reviewed: the array must begin with a credentials context, name pinned URLs
 * only, each once, and no part of the document may bring another, or use a JSON-LD keyword that bends terms.
 *
 * A signature covers what the terms *mean*. Whoever may choose the context chooses the meaning: the same
 * signed quads can be shown under other names.
 *
 * @param nested members whose objects are documents with contexts of their own, checked by themselves
 * @throws CredentialError `context-refused`.
 */
export function checkContexts(
  document: Json,
  pinned: ReadonlyMap<string, object>,
  nested: readonly string[] = [],
): void {
  const contexts = document['@context'];
  if (!Array.isArray(contexts) || (contexts[0] !== CREDENTIALS_V2 && contexts[0] !== CREDENTIALS_V1)) {
    throw refused('must be an array that begins with a credentials context');
  }
  for (const context of contexts) {
    if (typeof context !== 'string') throw refused('must not hold a context inline');
    if (!pinned.has(context)) throw refused('names a context that is not pinned');
  }
  if (new Set(contexts).size !== contexts.length) throw refused('names a context twice');
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    for (const [name, member] of Object.entries(value)) {
      if (name.startsWith('@') && !VALUE_KEYWORDS.has(name)) {
        throw refused('is changed, or a keyword used, inside the document');
      }
      walk(member);
    }
  };
  for (const [name, member] of Object.entries(document)) {
    if (name === '@context' || nested.includes(name)) continue;
    if (name.startsWith('@')) throw refused('is changed, or a keyword used, inside the document');
    walk(member);
  }
}

/** A member's values, whether it holds one or an array. */
export function valuesOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The id of a member that is a URL or an object with an `id`. */
export function idOf(value: unknown): string | undefined {
  const id = isObject(value) ? value.id : value;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

export function malformed(field: string, problem: string): CredentialError {
  return new CredentialError('document-malformed', 'The document cannot be verified', {
    fields: [{ field, problem }],
  });
}

function tooLarge(problem: string): CredentialError {
  return new CredentialError('document-too-large', 'The document is beyond the limits', {
    fields: [{ field: '', problem }],
  });
}

function refused(problem: string): CredentialError {
  return new CredentialError('context-refused', 'The contexts are not ones that were reviewed', {
    fields: [{ field: '@context', problem }],
  });
}
