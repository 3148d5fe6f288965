export type {
  Baseline,
  Change,
  ChangeKind,
  DecayedCount,
  Dimension,
  Entry,
  Observation,
  Place,
  RateCounts,
  RecentSession,
  Velocity,
  WaitingValue,
} from './baseline.ts';
export { CHANGE_KINDS, DIMENSIONS } from './baseline.ts';
export {
  type BaselineItem,
  type BaselineStore,
  baselineIn,
  baselineItem,
  baselineStore,
  velocityIn,
} from './baselines.store.ts';
export { noteChange } from './changes.ts';
export { BaselineError, decodeBaseline, encodeBaseline } from './codec.ts';
export { confirm } from './confirm.ts';
export { DAY_MS, decayedTo, HOUR_MS } from './decay.ts';
export { type ExportedBaseline, type ExportedValue, exportBaseline } from './export.ts';
export { fadedAt } from './landmark.ts';
export { emptyBaseline, learn, learnOnce } from './learn.ts';
export { CONFIRMED_BY_TIME, HALF_LIFE, LIMITS, LONG_PERIOD_DAYS } from './limits.ts';
export { mergeBaselines } from './merge.ts';
export { rebuild } from './rebuild.ts';
export { repair } from './repair.ts';
export { noteSession, propertyHash, sessionOf } from './sessions.ts';
export { dayOf } from './teach.ts';
export { entry, hourDensity, LEARNING, type Maturity, maturity, share, total, weekDensity } from './usual.ts';
export {
  type Attempt,
  countAttempts,
  decodeVelocity,
  emptyVelocity,
  encodeVelocity,
  type VelocityRecord,
  velocityOf,
} from './velocity.ts';
