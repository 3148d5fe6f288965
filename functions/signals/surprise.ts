import { type Baseline, type Dimension, entry, fadedAt, LIMITS, total } from '../baselines/index.ts';
import { populationShare } from './population.ts';
import type { SignalContext } from './signal.ts';

/** The largest surprise that is told apart, bits. */
export const MAX_BITS = 24;

/** However large an organisation, that nobody in it used a value yet makes it no rarer than this. */
const RAREST = 2 ** -12;
/** How many events' worth of belief the prior has against a subject's own history. */
const SUBJECT_PRIOR = 1;
/** The same for an aggregate of many subjects, whose tails are longer. */
const AGGREGATE_PRIOR = 20;
/** With fewer decayed events an aggregate refines what is expected, but nobody is judged by it alone. */
const TELLING = 30;

/**
 * How surprising a value of one dimension is for the subject: −log2 of its smoothed share, in bits.
 *
 * The share is smoothed towards a prior, p = (n·share + κ·prior) / (n + κ), where n is the subject's decayed number
 * of events. With back-off the prior is the share among the members of the subject's role, smoothed towards that of
 * the application, then that of the tenant, then the {@link populationShare}; without, it is 2^-10 whatever the
 * value. (Additive smoothing with hierarchical back-off, as Freeman et al., NDSS 2016, use it for log-in features;
 * constants are ours.)
 *
 * @param backOff false for what is personal (devices) or must not matter by its name (countries).
 * @returns 0 (always this) to 24; undefined when there is no history to compare with: none of the subject's own, and
 * no aggregate of at least 30 events. That a value is new among three events is no surprise.
 *
 * @example
 * ```ts
 * surpriseOf(context, 'asn', 'AS3320', true); // 0.1 for the network used every day
 * ```
 */
export function surpriseOf(
  context: SignalContext,
  dimension: Dimension,
  key: string,
  backOff: boolean,
): number | undefined {
  const { subject } = context;
  const own = massOf(subject, dimension);
  let prior = populationShare(backOff ? dimension : undefined, key);
  let informed = own > 0;
  if (backOff) {
    for (const aggregate of [context.tenant, context.application, context.role]) {
      const mass = aggregate === undefined ? 0 : massOf(aggregate, dimension);
      if (aggregate === undefined || mass <= 0) continue;
      const faded = fadedAt(aggregate, context.event.time);
      informed ||= faded * mass >= TELLING;
      const shareThere =
        (faded * weightOf(aggregate, dimension, key) + AGGREGATE_PRIOR * prior) /
        (faded * mass + AGGREGATE_PRIOR);
      prior = Math.max(RAREST, shareThere);
    }
  }
  if (!informed) return undefined;
  // Habits fade while nobody is there: old history weighs less against the prior, but keeps its proportions.
  const faded = fadedAt(subject, context.event.time);
  const p =
    (faded * weightOf(subject, dimension, key) + SUBJECT_PRIOR * prior) / (faded * own + SUBJECT_PRIOR);
  return Math.min(MAX_BITS, Math.max(0, -Math.log2(p)));
}

/**
 * What shares are taken of. A list that was never full holds all there is; one that is full has dropped its tail, and the
 * weight of all events stands in for it.
 */
function massOf(baseline: Baseline, dimension: Dimension): number {
  const listed = total(baseline, dimension);
  const full = baseline.dimensions[dimension].length >= LIMITS.entries[dimension];
  return full ? Math.max(listed, baseline.weight) : listed;
}

function weightOf(baseline: Baseline, dimension: Dimension, key: string): number {
  return entry(baseline, dimension, key)?.weight ?? 0;
}

/** The subject's decayed number of learned events as of the event at hand. */
export function historyWeight(context: SignalContext): number {
  const { subject, event } = context;
  return subject.weight * fadedAt(subject, event.time);
}
