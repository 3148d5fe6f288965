export type { KeyBinding, TransactionData } from './key-binding.ts';
export { MAX_AGE_SECONDS } from './key-binding.ts';
export { type SdJwtOptions, type VerifiedSdJwt, verifySdJwtVc } from './verify-sd-jwt-vc.ts';
