import { type DecisionStore, featuresOf } from '../decisions/index.ts';
import { modelInputs } from '../signals/index.ts';
import { type Case, standing } from './case.ts';
import type { ReviewStore } from './reviews.store.ts';

/** One example to train from: what the model saw, and what people said it was. */
export interface Label {
  /** Changes when the example does, so that a copy can be kept up to date. */
  readonly id: string;
  readonly time: string;
  /** Pseudonym of whom it was about, so that examples can be divided by people. */
  readonly subject: string;
  /** 1: not the account's owner; 0: the owner. */
  readonly label: 0 | 1;
  readonly by: 'person' | 'app' | 'reviewer';
  readonly model: { readonly id: string; readonly digest: string };
  readonly score: number;
  /** Each of the model's inputs by its name, null where nothing was known. */
  readonly features: Readonly<Record<string, number | null>>;
}

const labelOf = async (
  decisions: Pick<DecisionStore, 'get'>,
  key: string,
  record: Case,
): Promise<Label | undefined> => {
  const word = standing(record.feedback);
  if (word === undefined || word.verdict === 'dismiss') return undefined;
  const stored = await decisions.get(`d${key.slice(1)}`);
  // Decisions of before features were kept, of other inputs, or erased: nothing to train from.
  const features = stored?.basis && featuresOf(stored.basis);
  if (!stored || features?.length !== modelInputs.length) return undefined;
  return {
    id: word.id,
    time: stored.decision.time,
    subject: stored.decision.subject,
    label: word.verdict === 'confirmCompromised' ? 1 : 0,
    by: word.by.kind,
    model: stored.decision.model,
    score: stored.decision.score,
    features: Object.fromEntries(
      modelInputs.map(({ code }, index) => {
        const value = features[index]!;
        return [code, Number.isNaN(value) ? null : value];
      }),
    ),
  };
};

/**
 * A page of a tenant's labelled events, oldest feedback first: what `confirmSafe` and `confirmCompromised` say now.
 * Feedback that was withdrawn or dismissed is on it no more.
 *
 * @param limit at most so many records are looked at.
 */
export const listLabels = async (
  deps: { readonly decisions: Pick<DecisionStore, 'get'>; readonly records: ReviewStore },
  tenant: string,
  limit: number,
  after?: string,
): Promise<{ readonly labels: readonly Label[]; readonly next?: string }> => {
  const { keys, next } = await deps.records.list(`labels#${tenant}`, limit, after);
  const labels = await Promise.all(
    keys.map(async (key) => {
      const record = await deps.records.get<Case>(key);
      return record && labelOf(deps.decisions, key, record);
    }),
  );
  return {
    labels: labels.filter((label) => label !== undefined),
    ...(next === undefined ? {} : { next }),
  };
};
