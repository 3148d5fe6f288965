import { countersignApp } from './application.ts';
import { buildGeoData } from './geo-data.ts';

countersignApp(await buildGeoData()).synth();
