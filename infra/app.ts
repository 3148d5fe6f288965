import { countersignApp } from './application.ts';
import { buildGeoData } from './geo-data.ts';
import { buildPolicies } from './policies.ts';

await buildPolicies();
countersignApp(await buildGeoData()).synth();
