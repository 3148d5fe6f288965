import { countersignApp } from './application.ts';
import { buildGeoData } from './geo-data.ts';
import { buildOpenApi } from './openapi/build.ts';
import { buildPolicies } from './policies.ts';

await Promise.all([buildPolicies(), buildOpenApi()]);
countersignApp(await buildGeoData()).synth();
