import type { BoostOptions } from '../ebm/boost.ts';

/** How the model is fitted. Changed by hand, with the figures of the model card beside it. */
export const FIT = {
  cuts: 32,
  pairCuts: 6,
  pairs: 4,
  share: 0.1,
  boost: { rounds: 400, learningRate: 0.2, l2: 2, leastHessian: 1, patience: 25 } satisfies BoostOptions,
} as const;

/**
 * Share of events taken to be attacks when scores are turned into probabilities. An assumption: identity
 * providers publish much higher shares for bursts of stuffing, and lower ones for quiet tenants.
 */
export const BASE_RATE = 0.01;
