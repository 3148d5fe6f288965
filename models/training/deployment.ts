import type { AuthEvent } from '../../functions/events/auth-event.ts';
import type { NetworkClass } from '../../functions/signals/index.ts';
import { SERVER } from '../simulator/person-days.ts';
import { hash } from '../simulator/random.ts';
import type { Deployed } from './replay.ts';

/** Share of networks of each class that a threat feed lists: a judgement, few of them measured anywhere. */
const LISTED: Readonly<Record<NetworkClass, number>> = {
  unknown: 0.003,
  mobile: 0.001,
  satellite: 0.001,
  relay: 0.005,
  hosting: 0.12,
  vpn: 0.15,
  tor: 0.6,
  reserved: 0,
};

/** Share of networks that the geo data places wrongly, so that an honest round trip looks too short. */
const MISPLACED = 0.006;

const share = (...parts: readonly string[]): number => hash(parts.join('/')) / 2 ** 32;

/** The /24 of an IPv4 address. */
const prefixOf = (ip: string): string => ip.slice(0, ip.lastIndexOf('.'));

/** Whether the simulated feed lists an address, and how confidently. */
export const listing = (seed: string, ip: string, networkClass: NetworkClass): number | undefined => {
  const prefix = prefixOf(ip);
  if (share(seed, 'listed', prefix) >= LISTED[networkClass]) return undefined;
  return Math.round((0.3 + 0.65 * share(seed, 'confidence', prefix)) * 100) / 100;
};

/**
 * Deployments in which half of the accounts are watched with a threat feed, and half with a known place of the measuring
 * service, so that the model learns both what they say and what to make of their absence.
 */
export const simulatedDeployment =
  (seed: string): Deployed =>
  (event, network) => {
    const confidence = event.network && network ? listing(seed, event.network.ip, network.class) : undefined;
    const hasFeed = share(seed, 'feed', event.subject.id) < 0.5;
    return {
      threats: hasFeed
        ? {
            version: 'simulated',
            ...(confidence === undefined ? {} : { match: { kind: 'malicious' as const, confidence } }),
          }
        : undefined,
      servers: share(seed, 'server', event.subject.id) < 0.5 ? [SERVER] : undefined,
    };
  };

/** The event as measured: from a network that the geo data misplaces, the answer comes sooner than it could. */
export const measuredOddly = (event: AuthEvent, seed: string): AuthEvent =>
  event.network?.roundTripMs !== undefined && share(seed, 'misplaced', prefixOf(event.network.ip)) < MISPLACED
    ? { ...event, network: { ...event.network, roundTripMs: Math.min(event.network.roundTripMs, 9) } }
    : event;
