import type { Attacker } from './attacker.ts';
import { factorFatigue, insider, spray, stolenToken, stuffing } from './campaigns.ts';
import { serviceTheft } from './service-theft.ts';
import { naive, targeted, veryTargeted, vpn } from './wiefling.ts';

export { type Attacker, isPhishable, type Stage } from './attacker.ts';

/** The attackers of the evaluation, by name. */
export const ATTACKERS = {
  naive,
  vpn,
  targeted,
  'very targeted': veryTargeted,
  stuffing,
  spray,
  'factor fatigue': factorFatigue,
  'stolen token': stolenToken,
  insider,
  'service theft': serviceTheft,
} as const satisfies Record<string, Attacker>;

export type AttackerName = keyof typeof ATTACKERS;
