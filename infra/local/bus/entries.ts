import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { BusEvent } from './config.ts';

/** One entry of PutEvents as it comes over the wire: `Time` is in seconds since 1970. */
export interface PutEventsEntry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: readonly string[];
  readonly Time?: number | string;
  readonly TraceHeader?: string;
}

/** Why one entry was not accepted, in EventBridge's words. */
export interface EntryProblem {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** Entries that one request may hold. */
const MAX_ENTRIES = 10;
/** "The total entry size must be less than 1MB": PutEvents, API Reference. */
export const MAX_BYTES = 1_048_576;
/** "PutEvents will only process nested JSON up to 1000 levels deep": PutEvents, API Reference. */
const MAX_DEPTH = 1000;

/**
 * Size of an entry: source, detail type, detail and resources in UTF-8, and 14 bytes for a time.
 *
 * Source: EventBridge User Guide, "Calculating PutEvents event entry size".
 */
export function entryBytes(entry: PutEventsEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
  return bytes + (entry.Time == null ? 0 : 14);
}

const TEXTS = ['Source', 'DetailType', 'Detail', 'EventBusName', 'TraceHeader'] as const;

/**
 * Checks a whole request: what is wrong with it refuses every entry.
 *
 * @throws {AwsError} `ValidationException`, or `SerializationException` for a member of a wrong type.
 */
export function checkEntries(entries: unknown): readonly PutEventsEntry[] {
  if (!Array.isArray(entries))
    throw invalid("Value null at 'entries' failed to satisfy constraint: Member must not be null");
  if (entries.length < 1 || entries.length > MAX_ENTRIES) {
    const bound = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_ENTRIES}`;
    throw invalid(`Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`);
  }
  let bytes = 0;
  for (const entry of entries as unknown[]) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw mistyped('Entries');
    const fields = entry as Record<string, unknown>;
    for (const name of TEXTS)
      if (fields[name] != null && typeof fields[name] !== 'string') throw mistyped(name);
    const resources = fields.Resources;
    if (
      resources != null &&
      !(Array.isArray(resources) && resources.every((one) => typeof one === 'string'))
    ) {
      throw mistyped('Resources');
    }
    if (fields.Time != null && !Number.isFinite(entryTime(fields.Time))) throw mistyped('Time');
    bytes += entryBytes(entry as PutEventsEntry);
  }
  if (bytes >= MAX_BYTES)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  return entries as PutEventsEntry[];
}

const invalid = (problem: string) =>
  new AwsError('ValidationException', `1 validation error detected: ${problem}`);
const mistyped = (member: string) => new AwsError('SerializationException', `${member} has a wrong type.`);

/** Milliseconds since 1970 of a `Time`; NaN when it is none. */
function entryTime(time: unknown): number {
  const ms =
    typeof time === 'number' ? time * 1000 : typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(new Date(ms).getTime()) ? Number.NaN : ms;
}

/**
 * Makes an event of an entry.
 *
 * @returns the event, or why the entry is refused on its own.
 */
export function eventOf(
  entry: PutEventsEntry,
  place: { account: string; region: string; now: number },
): BusEvent | EntryProblem {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
  }
  const detail = parseDetail(entry.Detail!);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const time = entry.Time == null ? place.now : entryTime(entry.Time);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType!,
    source: entry.Source!,
    account: place.account,
    time: new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: place.region,
    resources: entry.Resources ?? [],
    detail,
  };
}

function parseDetail(text: string): Record<string, unknown> | undefined {
  if (jsonDepth(text) > MAX_DEPTH) return undefined;
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
      ? (detail as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** How deep a JSON text nests, told from its brackets before anything recursive meets it. */
export function jsonDepth(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === 0x5c) i++;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth--;
  }
  return deepest;
}
