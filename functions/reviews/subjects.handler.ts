import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import { baselineStore } from '../baselines/index.ts';
import { decisionStore, logStore } from '../decisions/index.ts';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  jsonResponse,
  metrics,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import { walletStore } from '../presentations/requests/index.ts';
import { sessionStore } from '../sessions/index.ts';
import { rebuildSubject } from './rebuild-subject.ts';
import { ReviewError } from './review-error.ts';
import { reviewStore } from './reviews.store.ts';
import { eraseSubject, exportSubject, type SubjectDeps } from './subjects.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'BASELINES_TABLE',
  'REVIEWS_TABLE',
  'LOG_TABLE',
  'SESSIONS_TABLE',
  'WALLETS_TABLE',
  'PSEUDONYM_SECRET_ARN',
  'TENANTS',
  'UNBOUND_TENANTS',
]);
const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const baselines = baselineStore(dynamodb, config.BASELINES_TABLE, Date.now);
const deps: SubjectDeps = {
  decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
  baselines,
  records: reviewStore(dynamodb, config.REVIEWS_TABLE, Date.now),
  log: logStore(dynamodb, config.LOG_TABLE, Date.now),
  sessions: sessionStore(dynamodb, config.SESSIONS_TABLE, Date.now),
  wallets: walletStore(dynamodb, config.WALLETS_TABLE),
  secret: secretReader(config.PSEUDONYM_SECRET_ARN),
  clock: Date.now,
};

/**
 * `GET` and `DELETE /v1/subjects/{id}`: what is kept about a subject, and an end of it; `POST …/rebuild`: the baseline
 * anew from the log. For operators.
 */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    const requested = event.queryStringParameters?.tenant;
    const { tenant } = tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, requested);
    const id = event.pathParameters?.id ?? '';
    if (id.length === 0 || id.length > 256)
      throw new ReviewError('subject-unknown', 'Nothing is kept about this subject', { status: 404 });
    if (event.requestContext.http.method === 'POST') {
      countMetric('BaselineRebuilt');
      return jsonResponse(200, await rebuildSubject({ ...deps, baselines }, tenant, id));
    }
    if (event.requestContext.http.method !== 'DELETE')
      return jsonResponse(200, await exportSubject(deps, tenant, id));
    countMetric('SubjectErased');
    return jsonResponse(200, await eraseSubject(deps, tenant, id));
  });
