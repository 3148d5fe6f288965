export type {
  Baseline,
  DecayedCount,
  Dimension,
  Entry,
  Observation,
  Place,
  Velocity,
} from './baseline.ts';
export { DIMENSIONS } from './baseline.ts';
export {
  type BaselineItem,
  type BaselineStore,
  baselineIn,
  baselineItem,
  baselineStore,
  velocityIn,
} from './baselines.store.ts';
export { BaselineError, decodeBaseline, encodeBaseline } from './codec.ts';
export { DAY_MS, decayedTo, HOUR_MS } from './decay.ts';
export { dayOf, emptyBaseline, learn, learnOnce } from './learn.ts';
export { HALF_LIFE, LIMITS } from './limits.ts';
export { mergeBaselines } from './merge.ts';
export { entry, hourDensity, LEARNING, type Maturity, maturity, share, total } from './usual.ts';
export {
  type Attempt,
  countAttempts,
  decodeVelocity,
  emptyVelocity,
  encodeVelocity,
  type VelocityRecord,
  velocityOf,
} from './velocity.ts';
