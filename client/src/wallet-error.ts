/**
 * What can keep a wallet from answering: `prover-missing`, `query-unknown`, `claim-unsupported`, `mode-unsupported`,
 * `encryption-needed`, `verifier-unreachable`, `answer-refused` (its message is the verifier's).
 */
export class WalletError extends Error {
  override readonly name = 'WalletError';
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
