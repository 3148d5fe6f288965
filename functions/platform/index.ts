export { ASSETS, assetPath, readAsset } from './assets.ts';
export { CLIENT_SETTINGS } from './clients.ts';
export { configOf, type Tenants } from './config.ts';
export { deliverTo } from './delivery.ts';
export { EDGE_HEADER } from './edge-header.ts';
export { CountersignError, type FieldProblem } from './errors.ts';
export {
  type Caller,
  callerOf,
  type HttpEvent,
  httpProblems,
  isHttpEvent,
  jsonBody,
  jsonResponse,
} from './http.ts';
export { countMetric, logger, metrics } from './logging.ts';
export { PROBLEM_JSON, type Problem, toProblem } from './problem.ts';
export { type Pseudonym, pseudonymsFor } from './pseudonym.ts';
export { queueSender } from './queue-sender.ts';
export { recoverable } from './recoverable.ts';
export { type SealedBox, sealedBox } from './sealed-box.ts';
export { secretReader } from './secret.ts';
export {
  kmsSigningKey,
  type PublishedJwk,
  type SigningAlgorithm,
  type SigningKey,
  signJws,
  thumbprint,
} from './signing-key.ts';
export { type TenantBinding, tenantName, tenantOfCaller, tenantOfSource } from './tenant.ts';
export { type ReadVersion, type VersionedText, versionedFile } from './versioned-file.ts';
