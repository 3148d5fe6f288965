import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SessionError } from '../session-error.ts';

/** Where events may be pushed to. */
export interface PushRules {
  /** Host names, `*.` before one for all below it; none means any public host. */
  readonly hosts: readonly string[];
  /** Let plain HTTP to this machine pass: local mode's receivers. */
  readonly loopback: boolean;
}

/**
 * Whether an address is one that anybody on the internet may have: not private, loopback, link-local (where
 * clouds keep their metadata), carrier-grade, multicast or reserved, nor an IPv6 wrapping of such a one.
 */
export const isPublicAddress = (address: string): boolean => {
  try {
    return ipaddr.process(address).range() === 'unicast';
  } catch {
    return false;
  }
};

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

const refused = (problem: string): SessionError =>
  new SessionError('push-refused', `The push endpoint ${problem}`, {
    status: 400,
    fields: [{ field: 'delivery.endpoint_url', problem }],
  });

const isListed = (host: string, hosts: readonly string[]): boolean =>
  hosts.some((listed) => (listed.startsWith('*.') ? host.endsWith(listed.slice(1)) : host === listed));

/**
 * Refuses a URL that must not be pushed to: what a receiver writes here, our own network calls.
 *
 * @throws SessionError `push-refused` (400)
 */
export const assertPushTarget = (text: string, rules: PushRules): URL => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused('is not a URL');
  }
  if (url.username !== '' || url.password !== '') throw refused('must hold no credentials');
  if (url.hash !== '') throw refused('must have no fragment');
  const host = url.hostname.toLowerCase();
  if (rules.loopback && isLoopback(host) && /^https?:$/.test(url.protocol)) return url;
  if (url.protocol !== 'https:') throw refused('must be https');
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) ? !isPublicAddress(bare) : !host.includes('.') || isLoopback(host))
    throw refused('must be a public address');
  if (rules.hosts.length > 0 && !isListed(host, rules.hosts))
    throw refused('is not on the list of receivers');
  return url;
};

/**
 * Resolves names for connections to receivers, and refuses those of private addresses at the moment of
 * connecting: a name that was harmless when the stream was made may point inwards by now.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const private_ = addresses?.some(({ address }) => !isPublicAddress(address));
    const failure = error ?? (private_ || !addresses?.length ? refused('must be a public address') : null);
    const [first] = addresses ?? [];
    if (failure || !first) callback(failure as NodeJS.ErrnoException, '', 4);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
