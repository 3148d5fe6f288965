import type { Baseline, Change } from './baseline.ts';
import { LIMITS } from './limits.ts';
import { toSeconds } from './sessions.ts';

const isSame = (a: Change, b: Change): boolean => a.time === b.time && a.kind === b.kind && a.by === b.by;

/** Newest first, each once, at most {@link LIMITS.changes}. */
export const boundedChanges = (changes: readonly Change[]): Change[] =>
  changes
    .filter((change, index) => changes.findIndex((other) => isSame(change, other)) === index)
    .sort((a, b) => b.time - a.time || (a.kind + a.by < b.kind + b.by ? -1 : 1))
    .slice(0, LIMITS.changes);

/**
 * Remembers a change of the subject's account. The list is the latest few of a set, so a repeated or late delivery
 * changes nothing, in whatever order they come.
 *
 * @returns the same baseline when it knows the change, or newer ones fill the list.
 * @example
 * ```ts
 * noteChange(baseline, { kind: 'factor_reset', time, by: 'admin' }).changes[0]; // that one
 * ```
 */
export const noteChange = (baseline: Baseline, change: Change): Baseline => {
  const seen = { ...change, time: toSeconds(change.time) };
  if (baseline.changes.some((known) => isSame(known, seen))) return baseline;
  const changes = boundedChanges([seen, ...baseline.changes]);
  if (!changes.some((known) => isSame(known, seen))) return baseline;
  return { ...baseline, version: baseline.version + 1, changes };
};
