export { answers, type DisclosureRequest } from './answers.ts';
export { createZkVerifyCryptosuite, type StatusInForce, type ZkVerifyOptions } from './cryptosuite.ts';
export { DEVELOPMENT_KEYS_ACKNOWLEDGED, loadZkKey, type ZkKeyFiles, type ZkKeyPolicy } from './key.ts';
export { presentationKeyOf } from './presentation-key.ts';
export { pseudonymIn } from './pseudonym.ts';
