import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
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
  pseudonymsFor,
  readAsset,
  recoverable,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import { requestParts, type WalletBinding, walletStore } from '../presentations/requests/index.ts';
import type { CompiledPolicies } from './compile-policies.ts';
import { DecisionError } from './decision-error.ts';
import { decisionStore } from './decisions.store.ts';
import { type EnrolDeps, enrolByOperator, enrolFromSession, enrolmentBody } from './enrol.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'WALLETS_TABLE',
  'PRESENTATIONS_TABLE',
  'PSEUDONYM_SECRET_ARN',
  'PUBLIC_URL',
  'SIGNING_KEY_ARN',
  'SIGNING_CERTIFICATES',
  'VERIFIER_DID',
  'CLIENT_ID_PREFIX',
  'APP_ORIGINS',
  'TENANTS',
  'UNBOUND_TENANTS',
]);

const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const wallets = walletStore(dynamodb, config.WALLETS_TABLE);
const { store, identity } = requestParts(config, dynamodb);
const secret = secretReader(config.PSEUDONYM_SECRET_ARN);

/** What the deployment asks enrolled wallets for, by the name that its policies call it. */
const QUERY = 'same-wallet';
const ownQuery = recoverable(async () => {
  const { queries }: CompiledPolicies = JSON.parse((await readAsset('policies.json')).toString('utf8'));
  const query = queries[QUERY]?.dcql_query;
  if (query === undefined)
    throw new DecisionError('enrolment-invalid', 'The body must say what the wallet is asked for', {
      status: 422,
      fields: [{ field: 'dcql_query', problem: `is required: the deployment has no query ${QUERY}` }],
    });
  return query;
});

const deps: EnrolDeps = {
  decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
  requests: store,
  settings: async () => ({
    publicUrl: config.PUBLIC_URL,
    identity: await identity(),
    clientIdPrefix: config.CLIENT_ID_PREFIX,
    appOrigins: config.APP_ORIGINS,
  }),
  query: ownQuery,
  random: randomBytes,
  clock: Date.now,
};

/** Largest body, bytes: a query. */
const BODY_BYTES = 32_768;
const OPERATE = 'countersign/operate';

const operatorOf = ({ scopes, claims, clientId }: Caller): string => {
  if (!scopes.includes(OPERATE))
    throw new DecisionError('operator-only', 'Only an operator enrols a subject by name', { status: 403 });
  const name = typeof claims.sub === 'string' && claims.sub !== '' ? claims.sub : clientId;
  if (name === undefined)
    throw new DecisionError('operator-unnamed', 'The token names nobody', { status: 403 });
  return name.slice(0, 200);
};

const subjectOf = async (tenant: string, id: string | undefined): Promise<string> => {
  if (id === undefined || id === '' || id.length > 256)
    throw new DecisionError('enrolment-invalid', 'The subject must be named', {
      status: 422,
      fields: [{ field: 'subject', problem: 'must be 1-256 characters' }],
    });
  return pseudonymsFor(await secret(), tenant)('subject', id);
};

/** A wallet as operators see it: not by whom it is held. */
const viewOf = ({ id, format, enrolledAt, enrolledBy, retiredAt }: WalletBinding) => ({
  id,
  format,
  enrolledAt: new Date(enrolledAt).toISOString(),
  enrolledBy,
  ...(retiredAt === undefined ? {} : { retiredAt: new Date(retiredAt).toISOString() }),
});

const enrol = async (event: HttpEvent, tenant: string, caller: Caller) => {
  const parsed = enrolmentBody.safeParse(jsonBody(event, BODY_BYTES));
  if (!parsed.success)
    throw new DecisionError('enrolment-invalid', 'The body must name an event or a subject', {
      status: 422,
      fields: parsed.error.issues
        .slice(0, 16)
        .map((issue) => ({ field: issue.path.join('.'), problem: issue.message })),
    });
  const { data } = parsed;
  countMetric('EnrolmentRequested');
  if ('eventId' in data) {
    const { eventId, ...asked } = data;
    return jsonResponse(201, await enrolFromSession(deps, tenant, eventId, asked));
  }
  const { subject: name, ...asked } = data;
  const operator = operatorOf(caller);
  const subject = await subjectOf(tenant, name);
  return jsonResponse(201, await enrolByOperator(deps, tenant, { subject, operator }, asked));
};

const list = async (event: HttpEvent, tenant: string) => {
  const subject = await subjectOf(tenant, event.queryStringParameters?.subject);
  return jsonResponse(200, { wallets: (await wallets.of(tenant, subject)).map(viewOf) });
};

const retire = async (event: HttpEvent, tenant: string) => {
  const subject = await subjectOf(tenant, event.queryStringParameters?.subject);
  const retired = await wallets.retire(tenant, subject, event.pathParameters?.id ?? '', Date.now());
  if (retired === undefined)
    throw new DecisionError('wallet-unknown', 'The subject has no such wallet', { status: 404 });
  countMetric('WalletRetired');
  return jsonResponse(200, viewOf(retired));
};

/** `POST`, `GET /v1/wallets` and `DELETE /v1/wallets/{id}`: which wallets are whose. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler((event) => {
    const caller = callerOf(event);
    const requested = event.queryStringParameters?.tenant;
    const { tenant } = tenantOfCaller(caller, config.TENANTS, config.UNBOUND_TENANTS, requested);
    switch (event.requestContext.http.method) {
      case 'POST':
        return enrol(event, tenant, caller);
      case 'DELETE':
        return retire(event, tenant);
      default:
        return list(event, tenant);
    }
  });
