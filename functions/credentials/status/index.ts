export { bitstringEntry, tokenListEntry } from './bit-list.ts';
export { checkBitstringStatus, type VerifiedList, type VerifyList } from './bitstring-status.ts';
export { StatusError } from './status-error.ts';
export { checkTokenStatus } from './token-status.ts';
