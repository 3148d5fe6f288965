/** Where one part of the data comes from, and the notice that its licence asks for. */
export interface GeoSource {
  /** Name and version of the npm package: `@ip-location-db/asn@2.3.0`. */
  readonly package: string;
  readonly licence: string;
  /** To be shown where results are shown. */
  readonly attribution: string;
}

/** `geo.json` of the geo layer: what the data is, and how far it can be trusted. */
export interface GeoManifest {
  readonly format: 1;
  readonly city: GeoSource;
  readonly asn: GeoSource;
  /** Our estimate of the accuracy radius, km, by prefix length of the matched record. */
  readonly radiusKm: {
    readonly method: string;
    readonly ipv4: Readonly<Record<string, number>>;
    readonly ipv6: Readonly<Record<string, number>>;
  };
}
