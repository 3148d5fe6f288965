import type { BaselineStore } from '../baselines/index.ts';
import { teachSubject } from './decide.ts';
import type { DecisionStore, StoredDecision } from './decisions.store.ts';

/** What the sweeper needs from outside. */
export interface SweepDeps {
  readonly decisions: DecisionStore;
  readonly baselines: BaselineStore;
  readonly publish: (...decisions: readonly StoredDecision[]) => Promise<void>;
  /** Processing time, ms. */
  readonly clock: () => number;
  readonly onFailure: (part: string, error: unknown) => void;
}

/** A decision is left alone for this long, ms: its own invocation may still be at work. */
export const SWEEP_AFTER_MS = 90_000;

/** How many decisions one sweep finishes at most. */
export const SWEEP_LIMIT = 200;

/**
 * Finishes what crashes left: teaches the baselines of pending decisions, at most once each, and publishes
 * them again. They leave the index when the bus has delivered them (see `settle`).
 *
 * @returns how many were finished.
 */
export const sweep = async (deps: SweepDeps): Promise<number> => {
  const keys = await deps.decisions.pendingBefore(deps.clock() - SWEEP_AFTER_MS, SWEEP_LIMIT);
  let finished = 0;
  for (let first = 0; first < keys.length; first += 10) {
    const ready: StoredDecision[] = [];
    for (const stored of await deps.decisions.getMany(keys.slice(first, first + 10))) {
      if (stored.pendingSince === undefined) continue;
      try {
        await teachSubject(deps.baselines, stored.delta);
        ready.push(stored);
      } catch (error) {
        deps.onFailure('completion', error);
      }
    }
    await deps.publish(...ready);
    finished += ready.length;
  }
  return finished;
};
