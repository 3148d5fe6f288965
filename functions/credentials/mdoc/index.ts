export { COSE_ALGORITHMS } from './cose.ts';
export type { Handover } from './session-transcript.ts';
export { type MdocOptions, type VerifiedMdoc, verifyMdoc } from './verify-mdoc.ts';
