import { type Change, type ChangeKind, HOUR_MS } from '../baselines/index.ts';
import type { SignalContext } from './signal.ts';

/** A change of the account that still matters, and how much. */
export interface MatteringChange {
  readonly change: Change;
  /** Its weight by kind, halved with every half-life since; 0 to 1. */
  readonly degree: number;
  readonly hoursAgo: number;
}

/**
 * The change of the account that matters most to what is done now: its weight by kind, decayed. Changes after the event
 * do not count, for events come late.
 *
 * @param weights by kind, 0 to 1; kinds that are absent do not matter.
 * @example
 * ```ts
 * latestMattering(context, { factor_reset: 1 }, 24)?.degree; // 0.5 a day after a reset
 * ```
 */
export function latestMattering(
  { event, subject }: SignalContext,
  weights: Readonly<Partial<Record<ChangeKind, number>>>,
  halfLifeHours: number,
): MatteringChange | undefined {
  let most: MatteringChange | undefined;
  for (const change of subject.changes) {
    const weight = weights[change.kind];
    if (weight === undefined || change.time > event.time) continue;
    const hoursAgo = (event.time - change.time) / HOUR_MS;
    const degree = weight * 2 ** (-hoursAgo / halfLifeHours);
    if (most === undefined || degree > most.degree) most = { change, degree, hoursAgo };
  }
  return most;
}

/** A change in an operator's words. */
export function described({ change, hoursAgo }: MatteringChange): string {
  const who = { self: 'the account itself', admin: 'somebody else', unknown: 'nobody named' }[change.by];
  return `${change.kind.replaceAll('_', ' ')} by ${who}, ${hoursAgo.toFixed(1)} h before`;
}
