import type { ThrottleConfig } from './http-api-config.ts';

/**
 * A token bucket: `burst` requests at once, `rate` a second in the long run.
 *
 * @param now ms, not going backwards.
 * @returns a function that takes one token; false when there is none, and the answer is 429.
 * @example
 * ```ts
 * const take = tokenBucket({ rate: 1, burst: 1 }, () => performance.now());
 * take(); // true
 * take(); // false
 * ```
 */
export function tokenBucket({ rate, burst }: ThrottleConfig, now: () => number): () => boolean {
  let tokens = burst;
  let at = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - at) / 1000) * rate);
    at = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
