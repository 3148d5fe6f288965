export { type AllowedHosts, allowedUrl, isPublicAddress } from './allowed-address.ts';
export { type CacheLimits, cachedGetter } from './document-cache.ts';
export {
  documentGetter,
  type GetDocument,
  type GetLimits,
  publicLookup,
  type RemoteDocument,
} from './get-document.ts';
export { RemoteError } from './remote-error.ts';
