/**
 * How many inputs a fuzz test tries: some in every run, many times more with `npm run fuzz`.
 *
 * @param usual number of inputs in a run of all tests.
 */
export const fuzzRuns = (usual: number): { readonly numRuns: number; readonly endOnFailure: boolean } => ({
  numRuns: usual * Number(process.env.FUZZ_FACTOR ?? 1),
  endOnFailure: process.env.FUZZ_FACTOR !== undefined,
});
