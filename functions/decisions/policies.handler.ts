import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod';
import {
  type Caller,
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  jsonBody,
  jsonResponse,
  metrics,
  readAsset,
  recoverable,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import { loadOwnPolicies } from './active-policies.ts';
import { DecisionError } from './decision-error.ts';
import { logStore } from './log.store.ts';
import { type LoggedDecision, readLog } from './log.ts';
import {
  activateVersion,
  addVersion,
  dryRun,
  loadProposed,
  type PolicyDeps,
  rollBack,
} from './manage-policies.ts';
import { proposedPolicies, triedPolicies } from './policy-bodies.ts';
import { activeVersion, type PolicyHistory, policyVersions } from './policy-versions.store.ts';

const config = configOf(process.env, [
  'POLICIES_TABLE',
  'LOG_TABLE',
  'PSEUDONYM_SECRET_ARN',
  'TENANTS',
  'UNBOUND_TENANTS',
]);

/** Largest body, bytes: a set of policies. */
const BODY_BYTES = 131_072;

const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const versions = policyVersions(dynamodb, config.POLICIES_TABLE);
const deps: PolicyDeps = {
  versions,
  own: recoverable(() => loadOwnPolicies(readAsset)),
  clock: Date.now,
};
const log = {
  log: logStore(dynamodb, config.LOG_TABLE, Date.now),
  secret: secretReader(config.PSEUDONYM_SECRET_ARN),
};

const read = <T extends z.ZodType>(schema: T, event: HttpEvent): z.infer<T> => {
  const parsed = schema.safeParse(jsonBody(event, BODY_BYTES));
  if (parsed.success) return parsed.data;
  throw new DecisionError('policy-invalid', 'The request is not valid', {
    status: 422,
    fields: parsed.error.issues
      .slice(0, 16)
      .map(({ path, message }) => ({ field: path.join('.'), problem: message })),
  });
};

const nameOf = ({ claims, clientId }: Caller): string =>
  String(typeof claims.sub === 'string' ? claims.sub : (clientId ?? 'unnamed')).slice(0, 200);

const summary = (history: PolicyHistory) => ({
  active: activeVersion(history),
  latest: history.latest,
  activations: history.activations.slice(-20),
});

/** The latest decisions of a tenant, as many as asked for. */
const latest = async (tenant: string, count: number): Promise<LoggedDecision[]> => {
  const found: LoggedDecision[] = [];
  let after: readonly number[] | undefined;
  do {
    const page = await readLog(tenant, after, log);
    for (const { type, payload } of page.entries)
      if (type === 'decision' && payload !== undefined) found.push(payload as LoggedDecision);
    after = page.next;
  } while (after && found.length < count);
  return found.slice(0, count);
};

const numberOf = (event: HttpEvent): number => {
  const number = Number(event.pathParameters?.version);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new DecisionError('policy-unknown', 'There is no such version', { status: 404 });
  return number;
};

type Route = (tenant: string, event: HttpEvent) => Promise<APIGatewayProxyStructuredResultV2>;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v1/policies': async (tenant) => {
    const [history, { compiled }] = await Promise.all([versions.history(tenant), deps.own()]);
    return jsonResponse(200, {
      ...summary(history),
      own: compiled.policies,
      schema: compiled.schema,
      queries: compiled.queries,
    });
  },
  'GET /v1/policies/{version}': async (tenant, event) => {
    const found = await versions.version(tenant, numberOf(event));
    if (!found) throw new DecisionError('policy-unknown', 'There is no such version', { status: 404 });
    return jsonResponse(200, found);
  },
  'POST /v1/policies': async (tenant, event) => {
    const version = await addVersion(deps, tenant, read(proposedPolicies, event), nameOf(callerOf(event)));
    countMetric('PolicyAdded');
    return jsonResponse(201, version);
  },
  'POST /v1/policies/dry-run': async (tenant, event) => {
    const body = read(triedPolicies, event);
    const set =
      'policies' in body
        ? body
        : body.version === 0
          ? // Nothing on top of the deployment's own.
            { policies: '', over: 'default' as const }
          : await versions.version(tenant, body.version);
    if (!set) throw new DecisionError('policy-unknown', 'There is no such version', { status: 404 });
    const pdp = await loadProposed(deps, tenant, set);
    return jsonResponse(200, dryRun(pdp, await latest(tenant, body.last)));
  },
  'POST /v1/policies/{version}/activate': async (tenant, event) => {
    const history = await activateVersion(deps, tenant, numberOf(event), nameOf(callerOf(event)));
    countMetric('PolicyActivated');
    return jsonResponse(200, summary(history));
  },
  'POST /v1/policies/rollback': async (tenant, event) => {
    const history = await rollBack(deps, tenant, nameOf(callerOf(event)));
    countMetric('PolicyActivated');
    return jsonResponse(200, summary(history));
  },
};

/** Policies without a deployment: versions on record, dry runs, activation and rollback. For operators. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler((event) => {
    const requested = event.queryStringParameters?.tenant;
    const { tenant } = tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, requested);
    const route = ROUTES[event.routeKey];
    if (!route) throw new DecisionError('route-unknown', 'There is no such route', { status: 404 });
    return route(tenant, event);
  });
