import { runInNewContext } from 'node:vm';
import { type SchemaDraft, Validator } from '@cfworker/json-schema';
import { isObject, type JsonObject } from '../jose/index.ts';

/** What came of it (W3C VC JSON Schema §4.2). `indeterminate`: the schema is none that is evaluated here. */
export type SchemaOutcome = 'success' | 'failure' | 'indeterminate';

/** Largest schema, bytes of its JSON. */
export const MAX_SCHEMA_BYTES = 65_536;

/** Deepest nesting of a schema. */
const MAX_DEPTH = 32;

/** ms that one evaluation may take: a pattern or a reference to itself could take for ever. */
const MAX_TIME_MS = 200;

/** Versions of JSON Schema that are evaluated (VC JSON Schema §3: 2020-12 is required, the others are not). */
const DRAFTS: Readonly<Record<string, SchemaDraft>> = {
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
  'https://json-schema.org/draft/2019-09/schema': '2019-09',
  'http://json-schema.org/draft-07/schema': '7',
};

/** Keywords that the library passes over, and with them what they demand. */
const UNKNOWN_KEYWORDS = [
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$vocabulary',
];

/**
 * Evaluates a document by a JSON Schema, in bounds of size, depth and time.
 *
 * The schema must say by `$schema` which version it is of, and refer to nothing outside itself. Whatever cannot be
 * evaluated for certain is indeterminate: an unknown version, a missing reference, a pattern that takes too long.
 *
 * @param schema not changed.
 * @example
 * ```ts
 * evaluateSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' }, {}); // 'success'
 * ```
 */
export const evaluateSchema = (schema: unknown, document: JsonObject): SchemaOutcome => {
  if (!isObject(schema) || !isBounded(schema, MAX_DEPTH)) return 'indeterminate';
  const text = JSON.stringify(schema);
  const version = typeof schema.$schema === 'string' ? schema.$schema.replace(/#$/, '') : '';
  const draft = Object.hasOwn(DRAFTS, version) ? DRAFTS[version] : undefined;
  if (draft === undefined || text.length > MAX_SCHEMA_BYTES) return 'indeterminate';
  // The library writes into the schema, and reads from it what it wrote.
  const own = JSON.parse(text);
  const evaluate = () => new Validator(own, draft, true).validate(document).valid;
  try {
    return runInNewContext('evaluate()', { evaluate }, { timeout: MAX_TIME_MS }) === true
      ? 'success'
      : 'failure';
  } catch {
    return 'indeterminate';
  }
};

/** Whether it is within the depth and has no member that the library keeps for itself or does not know. */
const isBounded = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(
    ([name, member]) =>
      !name.startsWith('__') && !UNKNOWN_KEYWORDS.includes(name) && isBounded(member, depth - 1),
  );
};
