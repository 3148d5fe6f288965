import type { Clock } from '../runtime.ts';

/** What can go wrong on the way to a target, on purpose and repeatably. Chances are in 0..1. */
export interface ChaosOptions {
  /** Same seed, same sequence of choices. */
  readonly seed: number;
  /** Chance that a delivery is made twice. @default 0.1 */
  readonly duplicate?: number;
  /** Chance that a delivery waits. @default 0.1 */
  readonly delay?: number;
  /** Longest wait, ms. @default 2000 */
  readonly delayMs?: number;
  /** Chance that a delivery is held back until the next one has gone (or 500 ms have). @default 0.1 */
  readonly reorder?: number;
}

/** Passes each delivery on: at once, twice, later, or after the next. */
export interface Chaos {
  pass(send: () => void): void;
  /** Sends everything held back, now. */
  flush(): void;
}

/** Small seeded generator (mulberry32, public domain algorithm by Tommy Ettinger): uniform in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Longest that a delivery waits for another to overtake it, ms. */
const HOLD_MS = 500;

/** Makes the chaos that local mode's `--chaos` asks for; without options, everything goes at once. */
export function createChaos(options: ChaosOptions | undefined, clock: Clock): Chaos {
  if (!options) return { pass: (send) => send(), flush() {} };
  const { duplicate = 0.1, delay = 0.1, delayMs = 2000, reorder = 0.1 } = options;
  const random = seededRandom(options.seed);
  const waiting = new Set<() => void>();
  let held: (() => void) | undefined;

  const later = (ms: number, send: () => void): (() => void) => {
    const go = () => {
      if (!waiting.delete(go)) return;
      cancel();
      send();
    };
    const cancel = clock.after(ms, go);
    waiting.add(go);
    return go;
  };
  const once = (send: () => void) => {
    if (random() < delay) return void later(random() * delayMs, send);
    if (!held && random() < reorder) {
      held = later(HOLD_MS, send);
      return;
    }
    send();
    const overtaken = held;
    held = undefined;
    overtaken?.();
  };
  return {
    pass(send) {
      const twice = random() < duplicate;
      once(send);
      if (twice) once(send);
    },
    flush: () => [...waiting].forEach((go) => void go()),
  };
}
