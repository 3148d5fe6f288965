import {
  enrolledBefore,
  type Outcome as Presented,
  type WalletBinding,
} from '../presentations/requests/index.ts';
import type { AskedPresentation, Decision, Reason } from './decision.ts';
import { WEIGHTS, WRONG_HOLDER_LOG_ODDS } from './evidence.ts';

/** Code of the detection: a valid presentation by a wallet that is not the subject's own. */
export const WRONG_HOLDER = 'wrongHolder';
/** Code of the reason: a proof by the subject's own wallet. */
export const WALLET_PROOF = 'walletProof';

/** What is known when a verified answer is weighed. */
export interface Answer {
  readonly decision: Pick<Decision, 'subject' | 'time' | 'decidedAt'>;
  readonly asked: Pick<AskedPresentation, 'query' | 'wallet'>;
  readonly presented: Presented;
  /** All of the subject's, retired ones included. */
  readonly wallets: readonly WalletBinding[];
  /** Whose the wallet is that answered; absent when nobody's. */
  readonly owner?: { readonly subject: string } | undefined;
}

/** What a verified answer counts for. */
export interface Weighed {
  /** Names of the queries that it answered. */
  readonly proved: readonly string[];
  /** Terms for the score. */
  readonly reasons: readonly Reason[];
}

const NOTHING: Weighed = { proved: [], reasons: [] };

const wrongHolder: Reason = {
  code: WRONG_HOLDER,
  contribution: WRONG_HOLDER_LOG_ODDS,
  observed: 'a valid presentation by another wallet',
  usual: 'a wallet that is enrolled for the account',
  text: 'The wallet that answered is not one of this account',
};

/**
 * Weighs an answer that the verifier found valid (design §2: evidence is about the account, not about anybody).
 *
 * - By a wallet enrolled for the subject before the event: trust, once, however many credentials it showed; they all
 *   rest on the same wallet.
 * - By another subject's wallet, or by any other than the subject's own where one of these was asked for: risk.
 * - By a wallet that was enrolled since: it neither counts nor answers for the account. Who took over a session could
 *   have enrolled it.
 * - By anybody else: it answers what was asked of anybody, and says nothing about the account.
 *
 * @example
 * ```ts
 * weighAnswer({ decision, asked, presented, wallets }).reasons; // [{ code: 'walletProof', contribution: -7, … }]
 * ```
 */
export const weighAnswer = ({ decision, asked, presented, wallets, owner }: Answer): Weighed => {
  const { holder, credentials, verifiedAt } = presented;
  const decidedAt = Date.parse(decision.decidedAt);
  // An app's clock may run ahead of ours, by which enrolments are dated.
  const own = holder && enrolledBefore(wallets, holder, Math.min(Date.parse(decision.time), decidedAt));
  if (own) {
    const weights = credentials
      .map(({ predicates }) => WEIGHTS[predicates === undefined ? 'credential' : 'zk_predicate'])
      .filter(({ validMs }) => verifiedAt - decidedAt <= validMs)
      .sort((a, b) => a.logOdds - b.logOdds);
    const [strongest] = weights;
    if (strongest === undefined) return NOTHING;
    const reason: Reason = {
      code: WALLET_PROOF,
      contribution: strongest.logOdds,
      observed: 'a proof by an enrolled wallet',
      usual: 'a wallet that is enrolled for the account',
      text: 'You showed that it is you, with your wallet',
    };
    return { proved: [asked.query], reasons: [reason] };
  }
  const active = wallets.filter(({ retiredAt }) => retiredAt === undefined);
  if (holder !== undefined && active.some((wallet) => wallet.holder === holder))
    return asked.wallet ? NOTHING : { proved: [asked.query], reasons: [] };
  const isAnothers = owner !== undefined && owner.subject !== decision.subject;
  if (holder !== undefined && (isAnothers || (asked.wallet && active.length > 0)))
    return { proved: [], reasons: [wrongHolder] };
  return asked.wallet ? NOTHING : { proved: [asked.query], reasons: [] };
};
