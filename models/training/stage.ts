import type { Change } from '../../functions/baselines/index.ts';
import type { AuthEvent } from '../../functions/events/auth-event.ts';
import { addressIn, hostingSite, lease, vpnSite } from '../simulator/networks.ts';
import { chance, integer, pick, type Random } from '../simulator/random.ts';
import type { Attack, Episode } from './attackers/index.ts';
import { listing } from './deployment.ts';

/** An episode on its stage. */
export interface Staged {
  /** What the owner does shortly before, beside it: cleared, and not judged. */
  readonly before: readonly AuthEvent[];
  /** How the account was changed to prepare it. */
  readonly changes: readonly { readonly subject: string; readonly change: Change }[];
  readonly events: readonly AuthEvent[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How often each attack begins with a change of the account: the help desk talked round, the recovery taken over. */
const PREPARED: Partial<Record<Attack, number>> = {
  naive: 0.06,
  vpn: 0.1,
  targeted: 0.1,
  'very-targeted': 0.1,
  insider: 0.35,
};
/** How often somebody noticed an attack on the account before, and said so. */
const REPORTED: Partial<Record<Attack, number>> = {
  naive: 0.05,
  vpn: 0.05,
  targeted: 0.05,
  'very-targeted': 0.04,
  'stolen-token': 0.08,
  'factor-fatigue': 0.1,
  guessing: 0.05,
};
/** How often it uses addresses that others have seen at it before. */
const REUSED: Partial<Record<Attack, number>> = {
  naive: 0.3,
  stuffing: 0.35,
  spray: 0.35,
  'service-theft': 0.25,
};
const BESIDE_OWNER = 0.25;
const SAME_SESSION = 0.7;
/** Share of VPN exits whose location is feigned (Weinberg et al., IMC 2018, found about a third). */
const FEIGNED = 0.3;

/**
 * Sets an episode in scene: what was prepared, what its owner does meanwhile, from where it really comes.
 *
 * @param latest each owner's latest success.
 */
export function stage(
  random: Random,
  { attack, events }: Episode,
  latest: ReadonlyMap<string, AuthEvent>,
  seed: string,
): Staged {
  const first = events[0];
  if (first === undefined) return { before: [], changes: [], events };
  const subject = first.subject.id;
  const owner = latest.get(subject);
  const changes: { subject: string; change: Change }[] = [];
  if (chance(random, PREPARED[attack] ?? 0)) {
    const time = first.time - integer(random, 5, 8 * 60) * MINUTE;
    changes.push({ subject, change: { ...preparation(random, attack), time } });
  }
  if (chance(random, REPORTED[attack] ?? 0)) {
    const time = first.time - integer(random, 5, 72 * 60) * MINUTE;
    changes.push({
      subject,
      change: { kind: 'threat_reported', by: pick(random, ['self', 'admin', 'unknown'] as const), time },
    });
  }
  const before =
    owner && chance(random, BESIDE_OWNER)
      ? [
          {
            ...owner,
            id: `${first.id}-owner`,
            time: first.time - integer(random, 2, 55) * MINUTE,
            session: { id: `${first.id}-owner` },
          },
        ]
      : [];
  let staged = [...events];
  if (attack === 'stolen-token' && owner?.session && first.time - owner.time < 48 * HOUR) {
    const { session } = owner;
    if (chance(random, SAME_SESSION)) staged = staged.map((event) => ({ ...event, session }));
  }
  if (chance(random, REUSED[attack] ?? 0)) {
    const from = Array.from({ length: 3 }, () => listedAddress(random, seed));
    staged = staged.map((event) => ({ ...event, network: { ...event.network, ip: pick(random, from) } }));
  }
  if (attack === 'vpn' && chance(random, FEIGNED))
    staged = staged.map((event) =>
      event.network?.roundTripMs === undefined
        ? event
        : { ...event, network: { ...event.network, roundTripMs: integer(random, 2, 30) } },
    );
  return { before, changes, events: staged };
}

function preparation(random: Random, attack: Attack): Pick<Change, 'kind' | 'by'> {
  if (attack === 'insider')
    return { kind: 'privilege_granted', by: pick(random, ['admin', 'self'] as const) };
  return {
    kind: pick(random, ['factor_reset', 'factor_reset', 'password_reset', 'recovery_changed'] as const),
    by: pick(random, ['admin', 'unknown', 'self'] as const),
  };
}

function listedAddress(random: Random, seed: string): string {
  let ip = '';
  for (let tries = 0; tries < 60; tries++) {
    const hosted = chance(random, 0.7);
    ip = addressIn(hosted ? hostingSite(random) : vpnSite(random), lease(random));
    if (listing(seed, ip, hosted ? 'hosting' : 'vpn') !== undefined) break;
  }
  return ip;
}
