import type { AuthEvent } from '../../../functions/events/auth-event.ts';
import type { Random } from '../../simulator/random.ts';
import type { Scene } from './attempts.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { TAKEOVERS } from './takeovers.ts';

export type { Scene } from './attempts.ts';

const ATTACKERS = { ...TAKEOVERS, ...CAMPAIGNS };

/** Kinds of attack that the model is trained on. */
export const ATTACKS = [
  'naive',
  'vpn',
  'targeted',
  'very-targeted',
  'stuffing',
  'spray',
  'guessing',
  'factor-fatigue',
  'stolen-token',
  'insider',
  'service-theft',
] as const;
export type Attack = (typeof ATTACKS)[number];

/** One attack: its events in time order, against one account or many. */
export interface Episode {
  readonly attack: Attack;
  readonly events: readonly AuthEvent[];
}

/** Draws one episode of a kind. */
export function attack(random: Random, kind: Attack, scene: Scene): Episode {
  const events = ATTACKERS[kind](random, scene).sort((a, b) => a.time - b.time);
  return { attack: kind, events };
}
