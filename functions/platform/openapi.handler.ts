import middy from '@middy/core';
import { readAsset } from './assets.ts';
import { type HttpEvent, httpProblems } from './http.ts';
import { recoverable } from './recoverable.ts';

const document = recoverable(async () => (await readAsset('openapi.json')).toString('utf8'));

/** `GET /openapi.json`: the description of the API, as it was made when the API was synthesized. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .handler(async () => ({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
    body: await document(),
  }));
