import type { Direction } from '../ebm/boost.ts';

/**
 * How a signal may move the risk as its value grows. Most say how unusual something is, and more unusual never
 * lowers the risk; the exceptions are listed.
 */
const EXCEPTIONS: Readonly<Record<string, Direction>> = {
  // Trust: a stronger factor, a longer acquaintance, a live person, an address that colleagues share.
  factorStrength: -1,
  deviceTenure: -1,
  networkTenure: -1,
  liveness: -1,
  sharedEgress: -1,
  // Free: neither a long silence nor a thin history is bad in itself, and a failed attempt may be anybody's.
  dormantAccount: 0,
  historyThin: 0,
};

/** The direction of a signal or a detector. */
export function directionOf(code: string): Direction {
  return EXCEPTIONS[code] ?? 1;
}
