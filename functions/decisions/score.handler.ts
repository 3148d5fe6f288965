import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2, EventBridgeEvent } from 'aws-lambda';
import { baselineStore } from '../baselines/index.ts';
import { EventError, type IdentityEvent, parseEvent, payloadDigest } from '../events/index.ts';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  isHttpEvent,
  jsonBody,
  jsonResponse,
  logger,
  metrics,
  queueSender,
  readAsset,
  recoverable,
  secretReader,
  tenantName,
  tenantOfCaller,
  tenantOfSource,
  toProblem,
  versionedFile,
} from '../platform/index.ts';
import { loadScorer } from '../risk/index.ts';
import { feedSource, openNetworkLookup } from '../signals/index.ts';
import { activePolicies, loadOwnPolicies } from './active-policies.ts';
import { type DecideDeps, decide } from './decide.ts';
import { DecisionError } from './decision-error.ts';
import { decisionStore } from './decisions.store.ts';
import { historyReader } from './history.store.ts';
import { rememberChange } from './identity-change.ts';
import { lazyAsker } from './lazy-asker.ts';
import { policyVersions } from './policy-versions.store.ts';
import { decisionPublisher } from './publish.ts';
import { rejectedQueue } from './rejected.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'BASELINES_TABLE',
  'POLICIES_TABLE',
  'BUS_NAME',
  'REJECTED_QUEUE_URL',
  'SESSIONS_QUEUE_URL',
  'PSEUDONYM_SECRET_ARN',
  'MODE',
  'FALLBACK_OUTCOME',
  'GEO_DIR',
  'THREAT_FEED',
  'SERVER_LOCATIONS',
  'MODEL_KEYS',
  'TENANTS',
  'UNBOUND_TENANTS',
  'PRESENTATIONS_TABLE',
  'WALLETS_TABLE',
  'PUBLIC_URL',
  'SIGNING_KEY_ARN',
  'SIGNING_CERTIFICATES',
  'VERIFIER_DID',
  'CLIENT_ID_PREFIX',
]);

/** Largest body of `POST /v1/evaluate`, bytes: that of an EventBridge entry. */
const BODY_BYTES = 1_048_576;

// Every part starts loading at module scope, so that a cold start takes as long as the slowest, not as the sum.

const timed =
  <T>(part: string, load: () => Promise<T>): (() => Promise<T>) =>
  async () => {
    const begun = performance.now();
    const loaded = await load();
    coldStartParts[part] = Math.round(performance.now() - begun);
    return loaded;
  };

/** ms that each part took to load, and from the start of the process to the first decision; logged once. */
let coldStartParts: Record<string, number> = { code: Math.round(performance.now()) };

const loadModel = async () => {
  const [model, manifest, wasmBinary] = await Promise.all([
    readAsset('risk.onnx'),
    readAsset('risk.manifest.json'),
    readAsset('ort-wasm-simd-threaded.wasm'),
  ]);
  return loadScorer({
    model,
    manifest: JSON.parse(manifest.toString('utf8')),
    wasmBinary,
    ...(config.MODEL_KEYS ? { keys: config.MODEL_KEYS } : {}),
  });
};

const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const tables = { decisions: config.DECISIONS_TABLE, baselines: config.BASELINES_TABLE };

const pdp = activePolicies({
  loadOwn: timed('policy', () => loadOwnPolicies(readAsset)),
  active: policyVersions(dynamodb, config.POLICIES_TABLE).active,
  clock: Date.now,
  onFailure: (error) => {
    logger.error('The active policy could not be read', error as Error);
    countMetric('PartFailed');
  },
});

const askWallet = lazyAsker(config, dynamodb);

const deps: DecideDeps = {
  engines: { scorer: recoverable(timed('model', loadModel)), pdp },
  lookup: recoverable(timed('geoData', () => openNetworkLookup(config.GEO_DIR))),
  ...(config.THREAT_FEED
    ? {
        threatFeed: feedSource({
          read: versionedFile(config.THREAT_FEED),
          clock: Date.now,
          onFailure: (error) => {
            logger.error('The threat feed could not be read', error as Error);
            countMetric('ThreatFeedFailed');
          },
        }),
      }
    : {}),
  servers: config.SERVER_LOCATIONS,
  pseudonymKey: recoverable(timed('secret', secretReader(config.PSEUDONYM_SECRET_ARN))),
  readHistory: historyReader(dynamodb, tables, Date.now),
  decisions: decisionStore(dynamodb, tables.decisions, Date.now),
  baselines: baselineStore(dynamodb, tables.baselines, Date.now),
  askWallet,
  publish: decisionPublisher(new EventBridgeClient(CLIENT_SETTINGS), config.BUS_NAME),
  mode: config.MODE,
  fallback: config.FALLBACK_OUTCOME,
  clock: Date.now,
  onFailure: (part, error) => {
    logger.error(`Deciding failed at ${part}`, error as Error);
    countMetric('PartFailed');
  },
};

const queues = new SQSClient(CLIENT_SETTINGS);
const reject = rejectedQueue(queues, config.REJECTED_QUEUE_URL);
/** Hands on what happened to an identity: to its sessions, and to whoever listens to Shared Signals. */
const handOn = queueSender<{ kind: 'identity-change'; event: IdentityEvent }>(
  queues,
  config.SESSIONS_QUEUE_URL,
);

/** `POST /v1/evaluate`: decides one event now. */
const evaluate = async (request: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const binding = tenantOfCaller(callerOf(request), config.TENANTS, config.UNBOUND_TENANTS);
  const envelope = jsonBody(request, BODY_BYTES);
  const event = parseEvent(envelope, {
    now: Date.now(),
    tenant: binding.tenant,
    tenantFromBody: binding.fromBody,
  });
  if (binding.fromBody) tenantName(event.tenant, 'detail.metadata.tenant');
  if (event.type !== 'authentication')
    throw new DecisionError('not-an-authentication', `${event.operation} is not an authentication`, {
      status: 422,
    });
  const decision = await decide(event, payloadDigest(envelope), deps);
  countMetric(decision.degraded ? 'DecisionDegraded' : 'DecisionMade');
  return jsonResponse(200, decision);
};

/** An event from the bus. Malformed ones are kept with the reason and not retried; the rest succeeds or throws. */
const observe = async (envelope: EventBridgeEvent<string, unknown>): Promise<void> => {
  try {
    const { tenant } = tenantOfSource(envelope.source, config.TENANTS);
    const event = parseEvent(envelope, { now: Date.now(), tenant });
    if (event.type !== 'authentication') {
      await rememberChange(event, deps);
      await handOn({ kind: 'identity-change', event });
      countMetric('IdentityEventObserved');
      return;
    }
    const decision = await decide(event, payloadDigest(envelope), deps);
    if (decision.degraded)
      throw new DecisionError('decision-degraded', `The decision is degraded: ${decision.degraded}`, {
        status: 503,
      });
    countMetric('DecisionMade');
  } catch (error) {
    const conflict = error instanceof DecisionError && error.status < 500;
    if (!conflict && !(error instanceof EventError)) throw error;
    await reject({ reason: toProblem(error), event: envelope });
    countMetric('EventRejected');
  }
};

const logColdStart = (): void => {
  if (Object.keys(coldStartParts).length === 0) return;
  logger.info('Cold start', { parts: { ...coldStartParts, firstDecision: Math.round(performance.now()) } });
  coldStartParts = {};
  // The databases for addresses that this first event did not need; the answer to it waits no longer.
  deps.lookup().then(
    (lookup) => lookup.prefetch(),
    () => undefined,
  );
  askWallet.prepare().catch(() => undefined);
};

/** The score function: one core behind the bus and behind `POST /v1/evaluate`. */
export const handler = middy<HttpEvent | EventBridgeEvent<string, unknown>>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
    logColdStart();
  })
  .onError(() => {
    // No return value: middy would take it for the response.
    metrics.publishStoredMetrics();
  })
  .handler((event) => (isHttpEvent(event) ? evaluate(event) : observe(event)));
