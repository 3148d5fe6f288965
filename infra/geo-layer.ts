import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { SettingsError } from './settings.ts';

/** Where a function finds the files of the layer. */
export const GEO_DIR = '/opt/geo';

/** What {@link GeoLayer} is told. */
export interface GeoLayerProps {
  /** Root of the layer; the files are in its folder `geo`. */
  readonly folder: string;
}

/** City and network data as a layer: it is large, and changes when the data does, not when the code does. */
export class GeoLayer extends Construct {
  readonly layer: LayerVersion;

  /** @throws SettingsError `geo-data-missing` when the data has not been built. */
  constructor(scope: Construct, id: string, props: GeoLayerProps) {
    super(scope, id);
    if (!existsSync(join(props.folder, 'geo', 'geo.json'))) {
      throw new SettingsError(
        'geo-data-missing',
        'The geo data has not been built: await buildGeoData() of infra/geo-data.ts before the stack is made',
      );
    }
    this.layer = new LayerVersion(this, 'Layer', {
      description: 'City and network of an address. IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0',
      code: Code.fromAsset(props.folder),
      compatibleArchitectures: [Architecture.ARM_64],
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      license: 'CC-BY-4.0',
    });
  }
}

/** Path at run time of the threat feed that an operator put into the layer's folder; undefined when there is none. */
export const feedIn = (folder: string): string | undefined =>
  existsSync(join(folder, 'geo', 'threat-feed.json')) ? `${GEO_DIR}/threat-feed.json` : undefined;
