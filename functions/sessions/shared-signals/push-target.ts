import { isIP } from 'node:net';
import { isPublicAddress } from '../../credentials/remote/index.ts';
import { SessionError } from '../session-error.ts';

/** Where events may be pushed to. */
export interface PushRules {
  /** Host names, `*.` before one for all below it; none means any public host. */
  readonly hosts: readonly string[];
  /** Let plain HTTP to this machine pass: local mode's receivers. */
  readonly loopback: boolean;
}

/** Whether a host is this machine. */
export const isLoopback = (host: string): boolean =>
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
