export { parseAddress } from './address.ts';
export type { GeoManifest, GeoSource } from './geo-manifest.ts';
export { type NetworkLookup, openNetworkLookup } from './network-lookup.ts';
