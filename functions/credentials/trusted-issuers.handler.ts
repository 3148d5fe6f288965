import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import {
  CLIENT_SETTINGS,
  CountersignError,
  callerOf,
  configOf,
  type HttpEvent,
  httpProblems,
  jsonBody,
  jsonResponse,
  tenantOfCaller,
} from '../platform/index.ts';
import { isIssuer, trustedIssuerSchema, trustedIssuerStore } from './trust/index.ts';

const config = configOf(process.env, ['ISSUERS_TABLE', 'TENANTS', 'UNBOUND_TENANTS']);
const issuers = trustedIssuerStore(new DynamoDBClient(CLIENT_SETTINGS), config.ISSUERS_TABLE);

/** Largest body, bytes: documents included, and well within what one record of the table holds. */
const MAX_BODY_BYTES = 262_144;

const invalid = (fields: { field: string; problem: string }[]): CountersignError =>
  new CountersignError('trusted-issuer-invalid', 'The trusted issuer is not valid', { status: 422, fields });

const unknown = (): CountersignError =>
  new CountersignError('trusted-issuer-unknown', 'This issuer is not in the registry', { status: 404 });

/**
 * `PUT`, `GET` and `DELETE /v1/trusted-issuers/{did}`, `GET /v1/trusted-issuers`: whom a tenant trusts to issue what.
 * For operators.
 */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .handler(async (event) => {
    const requested = event.queryStringParameters?.tenant;
    const { tenant } = tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, requested);
    if (event.routeKey === 'GET /v1/trusted-issuers')
      return jsonResponse(200, { issuers: await issuers.list(tenant) });
    const issuer = event.pathParameters?.did ?? '';
    if (!isIssuer(issuer))
      throw invalid([{ field: 'did', problem: 'must be a DID, an https URL, or aki: and a key identifier' }]);
    switch (event.requestContext.http.method) {
      case 'PUT': {
        const parsed = trustedIssuerSchema.safeParse(jsonBody(event, MAX_BODY_BYTES));
        if (!parsed.success)
          throw invalid(
            parsed.error.issues
              .slice(0, 16)
              .map((issue) => ({ field: issue.path.join('.'), problem: issue.message })),
          );
        const record = { ...parsed.data, issuer };
        await issuers.put(tenant, record);
        return jsonResponse(200, record);
      }
      case 'DELETE':
        if (!(await issuers.remove(tenant, issuer))) throw unknown();
        return { statusCode: 204 };
      default: {
        const found = await issuers.get(tenant, issuer);
        if (found === undefined) throw unknown();
        return jsonResponse(200, found);
      }
    }
  });
