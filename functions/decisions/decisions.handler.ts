import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  type HttpEvent,
  httpProblems,
  jsonResponse,
  tenantOfCaller,
} from '../platform/index.ts';
import { DecisionError } from './decision-error.ts';
import { decisionStore } from './decisions.store.ts';
import { decisionKey } from './keys.ts';

const config = configOf(process.env, ['DECISIONS_TABLE', 'TENANTS', 'UNBOUND_TENANTS']);
const decisions = decisionStore(new DynamoDBClient(CLIENT_SETTINGS), config.DECISIONS_TABLE, Date.now);

/** `GET /v1/decisions/{eventId}`: the decision on an event of the caller's tenant, with its reasons. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .handler(async (event) => {
    const requested = event.queryStringParameters?.tenant;
    const { tenant } = tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, requested);
    const eventId = event.pathParameters?.eventId ?? '';
    const stored = eventId.length > 256 ? undefined : await decisions.get(decisionKey(tenant, eventId));
    if (!stored)
      throw new DecisionError('decision-unknown', 'No decision has this event id', { status: 404 });
    return jsonResponse(200, stored.decision);
  });
