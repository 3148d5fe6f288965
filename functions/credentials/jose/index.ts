export { authoritiesOf, type VerifiedChain, verifyChain, verifyPath } from './certificate-chain.ts';
export {
  type CompactJws,
  curveOf,
  MAX_JWS_LENGTH,
  parseJws,
  publicKeyOf,
  SIGNATURE_ALGORITHMS,
  verifyJws,
} from './compact-jws.ts';
export { type DidResolver, type KeyPurpose, keyOfDid, resolveLocalDid } from './did-keys.ts';
export { TokenError, type TokenErrorCode } from './jose-error.ts';
export { type Signer, type SignerClaim, type SignerResolver, thumbprintOf } from './signer.ts';
export { base64urlBytes, checkJson, isObject, type JsonObject, parseJson } from './strict-json.ts';
export { CLOCK_SKEW_SECONDS, checkValidity, numericDate } from './validity.ts';
