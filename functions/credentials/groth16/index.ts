export {
  type BatchFailure,
  type BatchItem,
  type BatchResult,
  type RandomBytes,
  verifyBatch,
} from './batch.ts';
export { COMPACT_PROOF_BYTES, decodeProof, encodeProof } from './compact-proof.ts';
export type { Groth16Proof } from './proof.ts';
export { loadVerificationKey, type VerificationKey } from './verification-key.ts';
export { verify, verifyCompact } from './verify.ts';
