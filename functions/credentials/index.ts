export { type BbsVerifyOptions, createBbsVerifyCryptosuite } from './bbs/cryptosuite.ts';
export { type BbsStatement, verifyBbsProof } from './bbs/verify-proof.ts';
export { contextDigest, type PinnedContext, pinContexts, STANDARD_CONTEXTS } from './contexts/index.ts';
export { type KnownSuite, type KnownSuites, readDate, STANDARD_SUITES } from './data-integrity/proofs.ts';
export type { Limits } from './data-integrity/shape.ts';
export {
  type Check,
  type CredentialResult,
  checkCredentialShape,
  createVerifier,
  type Verifier,
  type VerifierOptions,
  verifyCredential,
} from './data-integrity/verify-credential.ts';
export {
  checkPresentationShape,
  type PresentationRequest,
  type PresentationResult,
  verifyPresentation,
} from './data-integrity/verify-presentation.ts';
export { controllerDocument } from './did/controller-document.ts';
export { type DidDocument, type Multikey, resolveDid } from './did/did-key.ts';
export { decodeMultibase } from './did/multibase.ts';
export { createDocumentLoader, type DocumentLoader, type LoaderOptions } from './document-loader.ts';
export { CredentialError, type CredentialErrorCode } from './errors.ts';
export * from './groth16/index.ts';
