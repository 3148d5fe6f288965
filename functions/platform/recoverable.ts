/**
 * Something slow to load, started at once so that loads overlap, and loaded again at the next use after a
 * failure: a passing fault at a cold start must not degrade every decision of that process.
 *
 * @returns a function that gives the loaded thing, or rejects as the latest load did.
 * @example
 * ```ts
 * const scorer = recoverable(loadModel); // already loading
 * await (await scorer()).score(features);
 * ```
 */
export const recoverable = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  const start = (): Promise<T> => {
    const loading = load();
    // The failure is for whoever asks; unobserved, it would end the process.
    loading.catch(() => {
      if (current === loading) current = undefined;
    });
    return loading;
  };
  let current: Promise<T> | undefined;
  current = start();
  return () => {
    current ??= start();
    return current;
  };
};
