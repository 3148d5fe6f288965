import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import { issuerSigners, trustedIssuerStore } from '../credentials/trust/index.ts';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  type HttpEvent,
  httpProblems,
  jsonBody,
  jsonResponse,
  metrics,
  tenantOfCaller,
} from '../platform/index.ts';
import { unknownRequest } from './presentation-error.ts';
import {
  type VcApiDeps,
  type VcResult,
  verifyCredentialSchema,
  verifyOne,
  verifyPresentationSchema,
  verifyShown,
} from './vc-api.ts';
import { vcProblem } from './vc-problem.ts';
import { verificationDeps } from './verification-deps.ts';

const config = configOf(process.env, [
  'ISSUERS_TABLE',
  'REMOTE_HOSTS',
  'UNAVAILABLE_STATUS',
  'STAGE',
  'ZK_KEYS_ACKNOWLEDGED',
  'VC_API_CHECKS',
  'TENANTS',
  'UNBOUND_TENANTS',
]);
const issuers = trustedIssuerStore(new DynamoDBClient(CLIENT_SETTINGS), config.ISSUERS_TABLE);
const verification = verificationDeps(config);

/** Largest body, bytes. */
const MAX_BODY_BYTES = 524_288;

const depsFor = (tenant: string): VcApiDeps => {
  const registry = (issuer: string) => issuers.get(tenant, issuer);
  return {
    registry,
    signers: issuerSigners(registry, verification.resolve),
    unavailable: config.UNAVAILABLE_STATUS,
    get: verification.get,
    checkStatus: verification.checkStatus,
    verifierOf: async (issuer, documents) =>
      verification.ldp.verifierFor(issuer === undefined ? undefined : await registry(issuer), documents),
    defaultChecks: config.VC_API_CHECKS,
  };
};

/** 200 with the checks when all that must pass did, otherwise 400 with the same and the problems. */
const answer = (result: VcResult) => jsonResponse(result.verified ? 200 : 400, result);

const invalidBody = () => {
  const problem = vcProblem('PARSING_ERROR', 'The body is not what this endpoint takes');
  return jsonResponse(400, { verified: false, problemDetails: [problem] });
};

/** The W3C's verifier interface: `POST /credentials/verify` and `POST /presentations/verify`. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    const requested = event.queryStringParameters?.tenant;
    const { tenant } = tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, requested);
    const body = jsonBody(event, MAX_BODY_BYTES);
    if (event.routeKey === 'POST /credentials/verify') {
      const parsed = verifyCredentialSchema.safeParse(body);
      if (!parsed.success) return invalidBody();
      const { verifiableCredential, options } = parsed.data;
      return answer(await verifyOne(verifiableCredential, options, depsFor(tenant)));
    }
    if (event.routeKey === 'POST /presentations/verify') {
      const parsed = verifyPresentationSchema.safeParse(body);
      if (!parsed.success) return invalidBody();
      const { verifiablePresentation, options } = parsed.data;
      return answer(await verifyShown(verifiablePresentation, options, depsFor(tenant)));
    }
    throw unknownRequest();
  });
