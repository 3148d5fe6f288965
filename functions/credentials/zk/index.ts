export { answers, type DisclosureRequest } from './answers.ts';
export { createZkVerifyCryptosuite, type StatusInForce, type ZkVerifyOptions } from './cryptosuite.ts';
export { pseudonymIn } from './pseudonym.ts';
