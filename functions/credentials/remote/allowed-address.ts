import ipaddr from 'ipaddr.js';
import { RemoteError } from './remote-error.ts';

/** Hosts whose documents may be read: `issuer.example`, `issuer.example:8443`; `loopback` is this machine. */
export type AllowedHosts = readonly string[];

/** Longest address, characters. */
const MAX_URL_LENGTH = 2_048;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether an address may be called at all: `https`, without credentials or fragment, on a host that the
 * deployment names. What a credential says would otherwise make this verifier call anything.
 *
 * @throws RemoteError `remote-refused`
 */
export const allowedUrl = (address: unknown, hosts: AllowedHosts): URL => {
  const refused = (cause?: unknown) =>
    new RemoteError('remote-refused', 'A document is at an address that is not called from here', cause);
  if (typeof address !== 'string' || address.length > MAX_URL_LENGTH) throw refused();
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw refused(cause);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw refused();
  const loopback = hosts.includes('loopback') && LOOPBACK.includes(url.hostname);
  if (loopback && url.protocol === 'http:') return url;
  if (url.protocol !== 'https:' || !(loopback || hosts.includes(url.host))) throw refused();
  return url;
};

/**
 * Whether an address that a name resolved to is on the public internet. Everything else (private, link-local,
 * loopback, carrier, metadata services, IPv4 inside IPv6) is refused.
 */
export const isPublicAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
