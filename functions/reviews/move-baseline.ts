import {
  type Baseline,
  type BaselineStore,
  baselineIn,
  confirm,
  decodeBaseline,
  emptyBaseline,
  encodeBaseline,
  LIMITS,
  noteChange,
  type Observation,
  repair,
} from '../baselines/index.ts';
import type { Case, Effect, Snapshot, Speaker } from './case.ts';
import { reverted } from './revert.ts';

/** A baseline, kept so that it can be had back. */
export const snapshotOf = (baseline: Baseline): Snapshot => ({
  baseline: Buffer.from(encodeBaseline(baseline)).toString('base64'),
  version: baseline.version,
});

const baselineOf = ({ baseline, version }: Snapshot): Baseline =>
  decodeBaseline(Buffer.from(baseline, 'base64').toString(), version);

/** Reads a subject's baseline; an empty one where there is none. */
export const readBaseline = async (baselines: Pick<BaselineStore, 'read'>, key: string): Promise<Baseline> =>
  baselineIn((await baselines.read([key])).get(key)) ?? emptyBaseline();

/**
 * What feedback makes of a baseline: lets the event teach after all, or takes back what it taught and remembers that
 * a threat was reported. It follows from its arguments alone, so that it can be found out later whether it was done.
 */
const changedTo = (
  before: Baseline,
  to: Exclude<Effect, 'none'>,
  seen: Observation,
  by: Speaker['kind'],
): Baseline => {
  if (to === 'taught') return confirm(before, seen, before.version);
  const clean = noteChange(repair(before, seen, before.version), {
    kind: 'threat_reported',
    time: seen.time,
    by: by === 'person' ? 'self' : 'admin',
  });
  return clean === before ? before : { ...clean, version: before.version + 1 };
};

const markIn = (baseline: Baseline, eventKey: string): string | undefined =>
  baseline.applied.find((known) => known.startsWith(eventKey));

const reportsIn = (baseline: Baseline, time: number): string =>
  JSON.stringify(
    baseline.changes.filter(
      (change) => change.kind === 'threat_reported' && Math.abs(change.time - time) < 1000,
    ),
  );

/** True when a record later than `before` holds the change that led to `after`, or can no longer tell. */
const holds = (now: Baseline, before: Baseline, after: Baseline, seen: Observation): boolean => {
  if (now.version - before.version >= LIMITS.applied) return true;
  const [was, became] = [before, after].map((one) => markIn(one, seen.eventKey) + reportsIn(one, seen.time));
  return was !== became && markIn(now, seen.eventKey) + reportsIn(now, seen.time) === became;
};

/**
 * Makes the change that a case says is under way, at most once.
 *
 * @returns `done`, or how the baseline is by now when somebody else wrote it first: the case has to say so before
 * another try.
 */
export const moveBaseline = async (
  baselines: BaselineStore,
  key: string,
  { moving, effect }: Case,
  seen: Observation,
): Promise<'done' | Snapshot> => {
  if (!moving) return 'done';
  const from = baselineOf(moving.from);
  let to: Baseline;
  if (moving.to === 'none') {
    if (effect.of === 'none' || !effect.before) return 'done';
    const before = baselineOf(effect.before);
    const after = changedTo(before, effect.of, seen, moving.by);
    // It knew the event so already: there is nothing to take back.
    if (after === before) return 'done';
    to = reverted(from, before, after, seen);
  } else {
    to = changedTo(from, moving.to, seen, moving.by);
    if (to === from) return 'done';
  }
  if (await baselines.putBaseline(key, to, from.version)) return 'done';
  const now = await readBaseline(baselines, key);
  return holds(now, from, to, seen) ? 'done' : snapshotOf(now);
};
