import { type BaselineStore, baselineIn, confirm, emptyBaseline } from '../baselines/index.ts';
import {
  finishEnrolment,
  type PresentationStore,
  type StoredPresentation,
  statusOf,
  type WalletStore,
  walletIdOf,
} from '../presentations/requests/index.ts';
import type { Decision } from './decision.ts';
import { DecisionError } from './decision-error.ts';
import type { DecisionStore, StoredDecision } from './decisions.store.ts';
import { decisionKey } from './keys.ts';
import { evidenceOf } from './later-evidence.ts';
import type { PolicyDecisionPoint } from './policy.ts';
import { WALLET_PROOF, WRONG_HOLDER, weighAnswer } from './weigh-answer.ts';

/** What is told of an answer on the bus. Delivery is at least once: the id is the same each time. */
export interface AnswerTold {
  readonly type: 'Presentation Verified' | 'Presentation Rejected';
  readonly id: string;
  readonly tenant: string;
  /** ms. */
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What completing works with. */
export interface CompleteDeps {
  readonly presentations: Pick<PresentationStore, 'get' | 'announced'>;
  readonly wallets: WalletStore;
  readonly decisions: Pick<DecisionStore, 'get' | 'answer'>;
  readonly baselines: BaselineStore;
  /** The policies that are active for a tenant. */
  readonly pdp: (tenant: string) => Promise<PolicyDecisionPoint>;
  readonly tell: (told: AnswerTold) => Promise<void>;
  /** Puts a decision on the bus again: policy now sends it to people. */
  readonly publish: (stored: StoredDecision) => Promise<void>;
  /** Processing time, ms. */
  readonly clock: () => number;
}

/** Whether an answer is to the request that a decision names: another one was lost with the race for the decision. */
const isAskedBy = (decision: Decision, walletId: string): boolean =>
  decision.presentationRequest !== undefined && walletIdOf(decision.presentationRequest.id) === walletId;

/** The decision as it stands once the answer is in it, if it is to be. */
const answered = async (
  deps: CompleteDeps,
  { request, outcome: presented }: StoredPresentation,
  stored: StoredDecision,
): Promise<StoredDecision> => {
  const { decision, basis, tenant } = stored;
  const { walletId } = request;
  const open = decision.outcome === 'step_up' && !decision.resolution && !decision.evidence;
  if (!open || !basis || !presented || !isAskedBy(decision, walletId)) return stored;
  const [wallets, owner, pdp] = await Promise.all([
    deps.wallets.of(tenant, decision.subject),
    presented.holder === undefined ? undefined : deps.wallets.ownerOf(tenant, presented.holder),
    deps.pdp(tenant),
  ]);
  const asked = decision.presentationRequest!;
  const weighed = weighAnswer({ decision, asked, presented, wallets, owner });
  const evidence = evidenceOf(
    { tenant, decision, basis },
    weighed,
    { request: walletId, time: presented.verifiedAt },
    pdp,
  );
  // Another delivery of the same message, or a reviewer, may have been faster.
  return (
    (await deps.decisions.answer(stored.key, 'step_up', evidence)) ??
    (await deps.decisions.get(stored.key)) ??
    stored
  );
};

const WRITE_ATTEMPTS = 5;

/** Lets what the event taught leave quarantine, at most once: the wallet answers for it. */
const confirmTaught = async (
  baselines: BaselineStore,
  { subject, observation }: StoredDecision['delta'],
): Promise<void> => {
  if (!subject) return;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const baseline = baselineIn((await baselines.read([subject.key])).get(subject.key)) ?? emptyBaseline();
    const taught = confirm(baseline, observation, subject.version);
    if (taught === baseline || (await baselines.putBaseline(subject.key, taught, baseline.version))) return;
  }
  throw new DecisionError('store-unavailable', 'The baseline is written too often at once', { status: 503 });
};

const completeDecision = async (
  deps: CompleteDeps,
  presentation: StoredPresentation,
  eventId: string,
): Promise<AnswerTold> => {
  const { request, outcome: presented, reason } = presentation;
  const { walletId, tenant } = request;
  const before = await deps.decisions.get(decisionKey(tenant, eventId));
  const stored = before && (await answered(deps, presentation, before));
  const evidence = stored?.decision.evidence?.request === walletId ? stored.decision.evidence : undefined;
  const has = (code: string) => evidence?.reasons.some((one) => one.code === code) ?? false;
  if (stored && evidence && has(WALLET_PROOF) && stored.decision.outcome === 'allow')
    await confirmTaught(deps.baselines, stored.delta);
  // People hear of decisions by this event; those who know it already know it by its id.
  if (stored && evidence?.outcome === 'review' && stored.decision.outcome === 'review')
    await deps.publish(stored);
  const isWrong = has(WRONG_HOLDER);
  const why = isWrong ? WRONG_HOLDER : presented ? undefined : reason;
  return {
    type: presented && !isWrong ? 'Presentation Verified' : 'Presentation Rejected',
    id: `p#${walletId}`,
    tenant,
    time: presented?.verifiedAt ?? deps.clock(),
    data: {
      requestId: walletId,
      status: presented && !isWrong ? 'verified' : 'rejected',
      eventId,
      ...(stored
        ? {
            subject: stored.decision.subject,
            mode: stored.decision.mode,
            outcome: stored.decision.outcome,
            score: evidence?.score ?? stored.decision.score,
          }
        : {}),
      ...(evidence ? { proved: evidence.proved } : {}),
      ...(why === undefined ? {} : { reason: why }),
    },
  };
};

/**
 * Finishes what an answer of a wallet was for, and tells of it: the decision that waits for it is completed, the
 * wallet enrolled. The message only named the answer; what it is comes from the store.
 *
 * Every step is repeatable, and each counts at most once, so that it can be called again after a crash, and by
 * several at once.
 *
 * @param walletId id of the request, as wallets know it.
 * @returns false when there is no such request, or it is still open.
 * @throws CountersignError (503) when a part failed: the message is to be delivered again.
 */
export const complete = async (walletId: string, deps: CompleteDeps): Promise<boolean> => {
  const presentation = await deps.presentations.get(walletId);
  if (!presentation) return false;
  const status = statusOf(presentation, deps.clock());
  if (status !== 'verified' && status !== 'rejected') return false;
  const { request, outcome: presented, reason } = presentation;
  const { concerns, tenant } = request;
  if (concerns?.kind === 'decision') {
    await deps.tell(await completeDecision(deps, presentation, concerns.eventId));
    await deps.presentations.announced(walletId);
    return true;
  }
  const enrolment = concerns ? await finishEnrolment({ wallets: deps.wallets }, presentation) : undefined;
  const verified = presented !== undefined && enrolment?.status !== 'refused';
  const why = enrolment?.status === 'refused' ? enrolment.reason : presented ? undefined : reason;
  await deps.tell({
    type: verified ? 'Presentation Verified' : 'Presentation Rejected',
    id: `p#${walletId}`,
    tenant,
    time: presented?.verifiedAt ?? deps.clock(),
    data: {
      requestId: walletId,
      status: verified ? 'verified' : 'rejected',
      ...(concerns ? { subject: concerns.subject } : {}),
      ...(enrolment?.status === 'enrolled' ? { wallet: enrolment.wallet } : {}),
      ...(why === undefined ? {} : { reason: why }),
    },
  });
  await deps.presentations.announced(walletId, enrolment);
  return true;
};
