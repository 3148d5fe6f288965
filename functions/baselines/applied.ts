import type { Baseline } from './baseline.ts';
import { LIMITS } from './limits.ts';

/**
 * What became of an event that a baseline remembers: `counted` as an attempt only, `taught`, `waits` in quarantine,
 * `confirmed` in part by time, or `repaired`: taken back.
 */
export type Mark = 'counted' | 'taught' | 'waits' | 'confirmed' | 'repaired';

/** Appended to the key of the event. Keys are base64url, so no mark is part of one. */
const SIGNS: Readonly<Record<Mark, string>> = {
  counted: '',
  taught: '+',
  waits: '~',
  confirmed: '=',
  repaired: '!',
};
const MARKS = Object.fromEntries(Object.entries(SIGNS).map(([mark, sign]) => [sign, mark])) as Record<
  string,
  Mark
>;

const isOf = (known: string, eventKey: string): boolean =>
  known === eventKey ||
  (known.length === eventKey.length + 1 && known.startsWith(eventKey) && known.at(-1)! in MARKS);

/** What became of an event; undefined when the baseline does not remember it. */
export const markOf = ({ applied }: Baseline, eventKey: string): Mark | undefined => {
  const known = applied.find((candidate) => isOf(candidate, eventKey));
  return known === undefined ? undefined : MARKS[known.slice(eventKey.length)];
};

/** Remembers what became of an event, as the newest one or in its old place. */
export const marked = (
  applied: readonly string[],
  eventKey: string,
  mark: Mark,
  limit: number = LIMITS.applied,
): string[] => {
  const now = eventKey + SIGNS[mark];
  const at = applied.findIndex((known) => isOf(known, eventKey));
  return at < 0 ? [...applied, now].slice(-limit) : applied.with(at, now);
};
