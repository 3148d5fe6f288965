// SPDX-License-Identifier: GPL-3.0-or-later
// The proving workspace: what wallets and issuers import. Runs in Node and, bundled, in a page.
export * from '../../functions/credentials/statement/index.ts';
export {
  drawSecret,
  type HolderOpening,
  type HolderRequest,
  requestCredential,
  systemRandom,
} from './holder.ts';
export {
  localProver,
  type Prover,
  type ProvingArtefacts,
  type ProvingStage,
  releaseProver,
} from './prove.ts';
export { ProvingError } from './proving-error.ts';
export { checkCredential } from './suite/check-credential.ts';
export { createZkDeriveCryptosuite, type DeriveOptions } from './suite/derive-cryptosuite.ts';
export {
  createZkSignCryptosuite,
  type IssuerSigner,
  issuerSigner,
  issuerVerificationMethod,
  type SignOptions,
} from './suite/sign-cryptosuite.ts';
export { type MessageEnd, serveProving, workerProver } from './worker-prover.ts';
