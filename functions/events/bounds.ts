import { EventError, invalidMember } from './event-error.ts';

/** Most bytes of an event's `detail`, as compact JSON in UTF-8. */
export const MAX_DETAIL_BYTES = 256 * 1024;
/** Deepest nesting of objects and arrays in a `detail`. */
export const MAX_DEPTH = 32;
/** Most members and items in a `detail`, all levels together. */
export const MAX_MEMBERS = 20_000;

/** Names that reach an object's prototype when a careless library copies them. */
const POLLUTING = new Set(['__proto__', 'constructor', 'prototype']);

/** Longest name and path that an error repeats: a member's name is the caller's own text. */
const MAX_NAME_SHOWN = 64;
const MAX_PATH_SHOWN = 300;

/**
 * The dotted path of a member, with its name shortened and stripped of control characters, so that it can be
 * put into an error whatever the caller sent.
 *
 * @example
 * ```ts
 * joinPath('detail.target', 0); // 'detail.target[0]'
 * joinPath('detail', 'uuid');   // 'detail.uuid'
 * ```
 */
export function joinPath(parent: string, name: string | number): string {
  if (typeof name === 'number') return `${parent}[${name}]`.slice(0, MAX_PATH_SHOWN);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is being removed
  const shown = name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?').slice(0, MAX_NAME_SHOWN);
  return (parent === '' ? shown : `${parent}.${shown}`).slice(0, MAX_PATH_SHOWN);
}

/**
 * Refuses what no event may be, before anything looks into it: too large, too deep, too many members, names
 * that pollute prototypes, values that JSON does not have. One pass, without recursion, that stops at the
 * first trouble: its time is bounded by the limits above, not by the input.
 *
 * @param value what is to be checked.
 * @param path its name in errors.
 * @throws {EventError} `event-too-large` or `event-invalid`, naming the member.
 *
 * @example
 * ```ts
 * assertBounded(JSON.parse('{"a": {"__proto__": 1}}'), 'detail'); // throws, field `detail.a.__proto__`
 * ```
 */
export function assertBounded(value: unknown, path: string): void {
  let bytes = 0;
  let members = 0;
  const waiting: { value: unknown; path: string; depth: number }[] = [{ value, path, depth: 0 }];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const size = sizeOf(item.value, item.path);
    bytes += size;
    if (bytes > MAX_DETAIL_BYTES) {
      // One value that is too large by itself is what the caller has to mend.
      const culprit = size > MAX_DETAIL_BYTES ? item.path : path;
      throw tooLarge(culprit, `is larger than ${MAX_DETAIL_BYTES} bytes`);
    }
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (item.depth >= MAX_DEPTH) throw tooLarge(item.path, `is nested deeper than ${MAX_DEPTH} levels`);
    const names = Array.isArray(item.value) ? item.value.keys() : Object.keys(item.value);
    for (const name of names) {
      members += 1;
      if (members > MAX_MEMBERS) throw tooLarge(path, `has more than ${MAX_MEMBERS} members`);
      const memberPath = joinPath(item.path, name);
      if (typeof name === 'string') {
        if (POLLUTING.has(name)) throw invalidMember(memberPath, 'is a name that is not allowed');
        bytes += Buffer.byteLength(name) + 4;
      }
      const member = (item.value as Record<string | number, unknown>)[name];
      waiting.push({ value: member, path: memberPath, depth: item.depth + 1 });
    }
  }
}

function sizeOf(value: unknown, path: string): number {
  switch (typeof value) {
    case 'string':
      return Buffer.byteLength(value) + 2;
    case 'number':
      if (!Number.isFinite(value)) throw invalidMember(path, 'is not a finite number');
      return 8;
    case 'boolean':
    case 'object':
      return 4;
    default:
      throw invalidMember(path, 'is not a JSON value');
  }
}

function tooLarge(field: string, problem: string): EventError {
  return new EventError('event-too-large', `${field} ${problem}`, [{ field, problem }]);
}
