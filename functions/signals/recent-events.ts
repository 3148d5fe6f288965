import type { RecentSession } from '../baselines/index.ts';
import { sessionAtHand, taughtSessions } from './recent-sessions.ts';
import type { SignalContext } from './signal.ts';

/** How many steps are told: from the event at hand to the one before it, from that one to the one before, … */
export const RECENT_STEPS = 5;

/** What of two neighbouring events is compared. */
export const RECENT_PROPERTIES = ['device', 'agent', 'prefix', 'asn'] as const;

/** Numbers of one step: the time between the two events, then one for each property. */
export const RECENT_WIDTH = 1 + RECENT_PROPERTIES.length;

const HOUR_MS = 3_600_000;
/** A gap of about two years. */
const MAX_GAP = 14;

/** One number of the input besides the signals. */
export interface RecentInput {
  readonly code: string;
  readonly unit: string;
  readonly range: readonly [number, number];
}

/** What {@link recentEvents} gives, in order; part of a model's schema like the catalogue of signals. */
export const recentInputs: readonly RecentInput[] = Array.from({ length: RECENT_STEPS }, (_, step) => [
  { code: `recent${step}.gap`, unit: 'log2 of 1 + hours', range: [0, MAX_GAP] as const },
  ...RECENT_PROPERTIES.map((property) => ({
    code: `recent${step}.${property}`,
    unit: '0 as just before, 0.5 as earlier, 1 as none of them',
    range: [0, 1] as const,
  })),
]).flat();

/**
 * The subject's latest events as a sequence of steps, newest first, for a detector that looks at their order: how long
 * between two events, and which properties changed from one to the next, to something seen earlier in the sequence or to
 * something new. NaN where nothing is known or was not stated.
 *
 * The events are the sessions that the baseline remembers, without those that {@link taughtSessions} leaves out.
 *
 * @example
 * ```ts
 * recentEvents(context)[1]; // 0: the same device as in the event before
 * ```
 */
export function recentEvents({
  observation,
  subject,
}: Pick<SignalContext, 'observation' | 'subject'>): Float32Array {
  const out = new Float32Array(recentInputs.length).fill(Number.NaN);
  const now = sessionAtHand(observation);
  const events = [now, ...taughtSessions(subject, now.time)];
  for (let step = 0; step < RECENT_STEPS && step + 1 < events.length; step++) {
    const event = events[step]!;
    const earlier = events.slice(step + 1, RECENT_STEPS + 1);
    const at = step * RECENT_WIDTH;
    out[at] = Math.min(MAX_GAP, Math.log2(1 + Math.max(0, event.time - earlier[0]!.time) / HOUR_MS));
    RECENT_PROPERTIES.forEach((property, i) => {
      out[at + 1 + i] = change(property, event, earlier);
    });
  }
  return out;
}

function change(
  property: (typeof RECENT_PROPERTIES)[number],
  event: RecentSession,
  earlier: readonly RecentSession[],
): number {
  const [is, was] = [event[property], earlier[0]![property]];
  if (is === undefined || was === undefined) return Number.NaN;
  if (is === was) return 0;
  return earlier.some((other) => other[property] === is) ? 0.5 : 1;
}
