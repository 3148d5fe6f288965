import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KMSClient } from '@aws-sdk/client-kms';
import middy from '@middy/core';
import type {
  APIGatewayProxyStructuredResultV2,
  EventBridgeEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  deliverTo,
  type HttpEvent,
  httpProblems,
  isHttpEvent,
  jsonResponse,
  kmsSigningKey,
  logger,
  metrics,
  readAsset,
  recoverable,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import type { CompiledPolicies } from './compile-policies.ts';
import { DecisionError } from './decision-error.ts';
import { decisionStore } from './decisions.store.ts';
import { keepPolicies } from './keep-policies.ts';
import { decisionKey } from './keys.ts';
import { logStore } from './log.store.ts';
import { appendToLog, type LogDeps, type LoggedEvent, readLog } from './log.ts';
import { shipLog, shipRoot } from './log-archive.ts';
import { LOG_SHARDS } from './log-chain.ts';
import { checkLog, sealRoot } from './log-seal.ts';
import { policyVersions } from './policy-versions.store.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'LOG_TABLE',
  'POLICIES_TABLE',
  'ARCHIVE_STREAM',
  'PSEUDONYM_SECRET_ARN',
  'SIGNING_KEY_ARN',
  'TENANTS',
  'UNBOUND_TENANTS',
]);

const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const decisions = decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now);
const log = logStore(dynamodb, config.LOG_TABLE, Date.now);
const signing = kmsSigningKey(new KMSClient(CLIENT_SETTINGS), config.SIGNING_KEY_ARN, 'ES256');
const deliver = deliverTo(new FirehoseClient(CLIENT_SETTINGS), config.ARCHIVE_STREAM);
const keep = keepPolicies({
  log,
  own: recoverable(
    async (): Promise<CompiledPolicies> => JSON.parse((await readAsset('policies.json')).toString()),
  ),
  wasm: () => readAsset('cedar_wasm_bg.wasm'),
  active: policyVersions(dynamodb, config.POLICIES_TABLE).active,
});
/** A decision is logged whether or not its policies could be found again. */
const onPolicies = async (tenant: string, digest: string): Promise<void> => {
  try {
    if (await keep(tenant, digest)) return;
    countMetric('PoliciesNotKept');
  } catch (error) {
    logger.error('The policies of a decision could not be kept', error as Error);
  }
};
const deps: LogDeps = {
  onPolicies,
  decisions,
  log,
  secret: secretReader(config.PSEUDONYM_SECRET_ARN),
  random: Math.random,
};

/** What a message tells; undefined when it is no event of ours. */
const toldBy = (body: string): LoggedEvent | undefined => {
  try {
    const { 'detail-type': type, detail } = JSON.parse(body);
    const { id, tenant, time } = detail.metadata;
    if (![type, id, tenant, time].every((value) => typeof value === 'string')) return undefined;
    return { type, metadata: { id, tenant, time }, data: detail.data ?? {} };
  } catch {
    return undefined;
  }
};

/** A batch of what was told: one segment, written or delivered again whole. */
const record = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const told = Records.map(({ body, messageId }) => ({ messageId, event: toldBy(body) }));
  const unreadable = told.filter(({ event }) => event === undefined);
  try {
    const count = await appendToLog(
      told.flatMap(({ event }) => (event ? [event] : [])),
      deps,
    );
    countMetric('LogEntries', count);
    // The log has it; what the archive does not take now, it takes with the next batch or on the hour.
    await shipLog({ log, deliver }).catch((error) => {
      countMetric('LogNotShipped');
      logger.error('The log could not be shipped to its archive', error as Error);
    });
    return { batchItemFailures: unreadable.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  } catch (error) {
    logger.error('Logging failed', error as Error);
    return { batchItemFailures: told.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }
};

/** `GET /v1/decisions/{eventId}/record`: a decision with what it was made from, for replay. */
const readRecord = async (tenant: string, eventId: string): Promise<APIGatewayProxyStructuredResultV2> => {
  const stored = eventId.length > 256 ? undefined : await decisions.get(decisionKey(tenant, eventId));
  if (!stored) throw new DecisionError('decision-unknown', 'No decision has this event id', { status: 404 });
  const { decision, basis } = stored;
  // Asked for sooner than it was logged, its policies are kept now.
  if (basis) await onPolicies(tenant, basis.policy);
  const policies = basis && (await log.policies(basis.policy));
  return jsonResponse(200, { tenant, decision, basis, ...(policies ? { policies } : {}) });
};

/** The place in the log that a page begins at. */
const pageOf = (after: string | undefined): readonly number[] | undefined => {
  if (after === undefined) return undefined;
  const ends = after.split('.').map(Number);
  if (ends.length !== LOG_SHARDS || !ends.every((end) => Number.isSafeInteger(end) && end > 0))
    throw new DecisionError('page-invalid', 'There is no such page', {
      status: 400,
      fields: [{ field: 'after', problem: 'must be the next of an earlier answer' }],
    });
  return ends;
};

const answer = async (event: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const query = event.queryStringParameters ?? {};
  const { tenant } = tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, query.tenant);
  switch (event.routeKey) {
    case 'GET /v1/decisions/{eventId}/record':
      return readRecord(tenant, event.pathParameters?.eventId ?? '');
    case 'GET /v1/log': {
      const { entries, next } = await readLog(tenant, pageOf(query.after), deps);
      return jsonResponse(200, { entries, ...(next ? { next: next.join('.') } : {}) });
    }
    case 'GET /v1/log/integrity':
      return jsonResponse(200, await checkLog(log, signing, Date.now()));
    default:
      throw new DecisionError('route-unknown', 'There is no such route', { status: 404 });
  }
};

/** The log function: writes what was told, ships it to the archive, seals it every hour, and reads it to operators. */
export const handler = middy<
  HttpEvent | SQSEvent | EventBridgeEvent<string, unknown>,
  APIGatewayProxyStructuredResultV2 | SQSBatchResponse | undefined
>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    if (isHttpEvent(event)) return answer(event);
    if ('Records' in event) return record(event);
    const { root, fresh } = await sealRoot(log, signing, Date.now());
    if (fresh) countMetric('LogSealed');
    await shipLog({ log, deliver });
    await shipRoot(root, deliver);
    return undefined;
  });
