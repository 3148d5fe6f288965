export {
  DETECTOR_CODES,
  type DetectorCode,
  type DetectorDefinition,
  detectors,
  findingsOf,
} from './detectors.ts';
export { DEVELOPMENT_KEY } from './development-key.ts';
export { type FeatureSchema, featureSchemaDigest, sha256 } from './digest.ts';
export { loadScorer, type ScorerParts } from './load-scorer.ts';
export {
  BASE_BOUND,
  type DetectorRange,
  LOGIT_BOUND,
  MANIFEST_FORMAT,
  parseManifest,
  type RiskManifest,
  type TermRange,
} from './manifest.ts';
export { RiskError, type RiskErrorCode } from './risk-error.ts';
export type { Contribution, Found, RiskScore, Scorer } from './scorer.ts';
export { checkSignature, type ManifestSignature, signedBytes } from './signature.ts';
