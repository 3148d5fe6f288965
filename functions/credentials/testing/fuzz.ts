import { appendFileSync } from 'node:fs';
import * as fc from 'fast-check';

/** How a fuzz test runs: so many inputs, or as many as there is time for. */
export interface FuzzRuns {
  readonly numRuns: number;
  readonly endOnFailure?: boolean;
  readonly interruptAfterTimeLimit?: number;
  readonly reporter?: <T>(details: fc.RunDetails<T>) => void;
}

/**
 * How many inputs a fuzz test tries: some in every run of all tests; in `npm run fuzz` as many as fit into its share
 * of the time, which the environment gives it.
 *
 * @param usual number of inputs in a run of all tests.
 */
export const fuzzRuns = (usual: number): FuzzRuns => {
  const { FUZZ_SECONDS: seconds, FUZZ_COUNTS: counts } = process.env;
  if (seconds === undefined) return { numRuns: usual };
  return {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: Number(seconds) * 1_000,
    // The input that fails is worth more than the smallest one: to shrink it takes the time of others.
    endOnFailure: true,
    reporter: (details) => {
      if (counts !== undefined) appendFileSync(counts, `${details.numRuns}\n`);
      if (details.failed) throw new Error(fc.defaultReportMessage(details));
    },
  };
};
