import type { Dimension, Observation } from '../baselines/index.ts';
import type { AuthEvent } from '../events/index.ts';
import { strongest } from './factor-order.ts';
import type { AgentFacts, NetworkClass, NetworkFacts } from './signal.ts';

/** What is known of an event besides the event. */
export interface ObserveOptions {
  readonly network?: NetworkFacts | undefined;
  readonly agent?: AgentFacts | undefined;
  /** Keyed pseudonym of a value of one kind, at least 11 characters: nothing is remembered in the clear. */
  readonly pseudonym: (kind: string, value: string) => string;
  /** True when the event is cleared to teach; false counts the attempt only. */
  readonly teaches: boolean;
}

/** Characters of a pseudonym that a baseline keeps: 66 bits, enough for the few values of one subject. */
const KEY_LENGTH = 11;
/** The same for its few recent sessions: 48 bits. */
const SESSION_LENGTH = 8;
/** Versions are told apart up to here. */
const MAX_VERSION = 99_999;
/** Minutes of the hour that a program's timetable is kept by. */
const MINUTES = 5;

/** Networks that are not where their user is: no place is learned from them, and no travel is judged by them. */
const PLACELESS: ReadonlySet<NetworkClass> = new Set([
  'mobile',
  'satellite',
  'hosting',
  'vpn',
  'relay',
  'tor',
  'reserved',
]);

/**
 * True when the location of an address tells where the person is.
 *
 * @example
 * ```ts
 * isPlaceless('vpn'); // true
 * ```
 */
export function isPlaceless(networkClass: NetworkClass): boolean {
  return PLACELESS.has(networkClass);
}

/**
 * Reduces an event to what baselines may remember: pseudonyms and coarse public facts. No address, agent string
 * or name survives; coordinates are rounded to a tenth of a degree (about 11 km).
 *
 * @returns keys only for what the event states; `place` only where the network's location is the person's, and
 *   no country for a satellite, whose ground station often stands abroad.
 *
 * @example
 * ```ts
 * observe(event, { network, agent, pseudonym, teaches: true }).keys;
 * // { prefix: '81.2.69.0/24', asn: 'AS20712', country: 'GB', agent: 'Chrome|Windows|desktop', factor: 'totp' }
 * ```
 */
export function observe(event: AuthEvent, options: ObserveOptions): Observation {
  const { network, agent } = options;
  const key = (kind: string, value: string) => options.pseudonym(kind, value).slice(0, KEY_LENGTH);
  const keys: Partial<Record<Dimension, string>> = {};
  if (event.agent?.deviceId !== undefined) keys.device = key('device', event.agent.deviceId);
  if (network !== undefined) {
    keys.prefix = network.prefix;
    if (network.asn !== undefined) keys.asn = network.asn;
    if (network.country !== undefined && network.class !== 'satellite') keys.country = network.country;
  }
  if (agent !== undefined) keys.agent = `${agent.family}|${agent.os}|${agent.device}`;
  if (event.application !== undefined) keys.application = key('application', event.application.id);
  if (event.resource !== undefined) keys.resource = key('resource', event.resource.id);
  const factor = strongest(event.factors);
  if (factor !== undefined) keys.factor = factor;

  const place = placeOf(network);
  const active = event.session !== undefined && event.outcome === 'success' && event.action !== 'sign_out';
  return {
    eventKey: key('event', event.id),
    time: event.time,
    teaches: options.teaches,
    failed: event.outcome === 'failure',
    factorFailed: isFactorFailure(event),
    keys,
    ...(place && { place }),
    ...(agent?.major !== undefined && { agentVersion: Math.min(agent.major, MAX_VERSION) }),
    ...(active && { session: options.pseudonym('session', event.session!.id).slice(0, SESSION_LENGTH) }),
    ...(event.subject.kind !== 'person' && {
      minute: Math.floor(new Date(event.time).getUTCMinutes() / MINUTES),
    }),
  };
}

function isFactorFailure({ outcome, action, failureReason }: AuthEvent): boolean {
  if (outcome !== 'failure') return false;
  if (failureReason === 'second_factor_failed' || failureReason === 'second_factor_denied') return true;
  return action === 'second_factor' && (failureReason === undefined || failureReason === 'other');
}

function placeOf(network: NetworkFacts | undefined): Observation['place'] {
  if (network?.latitude === undefined || network.longitude === undefined || network.radiusKm === undefined)
    return undefined;
  if (isPlaceless(network.class)) return undefined;
  return {
    latitude: Math.round(network.latitude * 10) / 10,
    longitude: Math.round(network.longitude * 10) / 10,
    radiusKm: network.radiusKm,
    prefix: network.prefix,
  };
}
