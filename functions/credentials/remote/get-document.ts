import { type LookupAddress, lookup } from 'node:dns';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type AllowedHosts, allowedUrl, isPublicAddress } from './allowed-address.ts';
import { RemoteError } from './remote-error.ts';

/** A document that was read from elsewhere. */
export interface RemoteDocument {
  readonly body: Buffer;
  /** For how long its host lets it be kept, s; undefined when it does not say. */
  readonly maxAge: number | undefined;
  /** When it was read, ms since 1970; absent when it was read just now. */
  readonly readAt?: number;
}

/**
 * Reads a document.
 *
 * @param since ms since 1970: what was read before is read anew, as far as a cache's least time allows.
 * @throws RemoteError
 */
export type GetDocument = (address: unknown, accept: string, since?: number) => Promise<RemoteDocument>;

/** Bounds of a read. */
export interface GetLimits {
  readonly hosts: AllowedHosts;
  /** Bytes. */
  readonly maxBytes: number;
  /** ms for the whole of it. */
  readonly timeoutMs: number;
}

/**
 * Reads documents over `https` from hosts on a list. The name is resolved once, checked to be public, and that
 * address is called, so that no answer of a name server leads inside. Redirects are not followed.
 *
 * @example
 * ```ts
 * const get = documentGetter({ hosts: ['issuer.example'], maxBytes: 1_048_576, timeoutMs: 3_000 });
 * const { body } = await get('https://issuer.example/status/1', 'application/statuslist+jwt');
 * ```
 */
export const documentGetter =
  ({ hosts, maxBytes, timeoutMs }: GetLimits): GetDocument =>
  async (address, accept) => {
    const url = allowedUrl(address, hosts);
    const inside = hosts.includes('loopback') && url.protocol === 'http:';
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = {
          headers: { accept, 'accept-encoding': 'identity' },
          signal: AbortSignal.timeout(timeoutMs),
          ...(inside ? {} : { lookup: publicLookup }),
        };
        (inside ? httpGet : httpsGet)(url, options, resolve).on('error', reject);
      });
      if (response.statusCode !== 200) {
        response.destroy();
        throw new TypeError(`status ${response.statusCode}`);
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new RangeError('too large');
        chunks.push(chunk);
      }
      const maxAge = /\bmax-age=(\d{1,9})\b/.exec(response.headers['cache-control'] ?? '')?.[1];
      return { body: Buffer.concat(chunks), maxAge: maxAge === undefined ? undefined : Number(maxAge) };
    } catch (cause) {
      throw new RemoteError('remote-unavailable', 'A document that is needed could not be read', cause);
    }
  };

/** Resolves a name as the system does, and gives nothing when any of its addresses is not public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 4);
    const [first] = addresses;
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new Error('The name leads to an address that is not public'), '', 4);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
