import type { Clock } from './runtime.ts';

/** A clock that stands still until told otherwise. For tests. */
export interface TestClock extends Clock {
  /** Moves time on, running timers when they are due and letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Timers set and neither run nor cancelled. */
  readonly timers: number;
}

/** Lets every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * @param start Epoch milliseconds. @default 2026-11-20T09:00:00Z
 */
export function testClock(start = Date.UTC(2026, 10, 20, 9)): TestClock {
  let now = start;
  let next = 0;
  const timers = new Map<number, { at: number; task: () => void }>();
  return {
    now: () => now,
    after(ms, task) {
      const id = next++;
      timers.set(id, { at: now + ms, task });
      return () => void timers.delete(id);
    },
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [due] = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].task();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
