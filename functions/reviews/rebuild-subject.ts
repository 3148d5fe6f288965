import {
  type Baseline,
  type BaselineStore,
  maturity,
  type Observation,
  rebuild,
} from '../baselines/index.ts';
import { type DecisionStore, type StoredDecision, subjectKey } from '../decisions/index.ts';
import type { Case } from './case.ts';
import { readBaseline } from './move-baseline.ts';
import { ReviewError } from './review-error.ts';
import { decisionsAbout, type SubjectDeps, subjectOf } from './subjects.ts';

/** What rebuilding a baseline needs from outside. */
export type RebuildDeps = Pick<SubjectDeps, 'log' | 'records' | 'secret' | 'clock'> & {
  readonly decisions: Pick<DecisionStore, 'getMany'>;
  readonly baselines: Pick<BaselineStore, 'read' | 'putBaseline'>;
};

/** What came of it. */
export interface Rebuilt {
  /** Pseudonym. */
  readonly subject: string;
  /** Decisions that were read, and how many of them were left out as not the subject's. */
  readonly decisions: number;
  readonly leftOut: number;
  readonly baseline: { readonly events: number; readonly days: number; readonly maturity: string };
}

/** For so long after the latest event the log may not hold it yet, ms. */
const LOG_LAG_MS = 3_600_000;

/** An event as it should have entered, by what was decided on it and said of it since; undefined when it is bad. */
const observationOf = (
  { decision, delta }: StoredDecision,
  said: Case['effect']['of'],
): Observation | undefined => {
  const seen = delta.observation;
  if (said === 'repaired') return undefined;
  // A resolved decision bears the outcome that it was resolved to.
  const isResolved = decision.resolution !== undefined;
  const succeeded = seen.teaches || seen.waits === true;
  const cleared = said === 'taught' || (isResolved && decision.outcome === 'allow') || seen.teaches;
  const refused = isResolved && decision.outcome !== 'allow';
  if (!succeeded || (refused && said !== 'taught')) return { ...seen, teaches: false, waits: false };
  return { ...seen, teaches: cleared, waits: !cleared };
};

/** What became of events that the record still remembers and the log does not hold: it is some seconds behind. */
const isAhead = (stored: Baseline, known: ReadonlySet<string>, now: number): boolean =>
  now - stored.last < LOG_LAG_MS && stored.applied.some((applied) => !known.has(applied.slice(0, 11)));

/**
 * Builds a subject's baseline anew from the decision log, without what people said was not the subject: exact where
 * repairing can only be careful (days, first and last times, values that a full list had dropped). Changes of the
 * account are kept: they are not in the log of decisions.
 *
 * @param id as the application names the subject.
 * @throws ReviewError `subject-unknown` (404) without any decision; `rebuild-conflict` (409) when the log is behind the
 * baseline, or an event came meanwhile: nothing was changed, and it can be asked again.
 */
export const rebuildSubject = async (deps: RebuildDeps, tenant: string, id: string): Promise<Rebuilt> => {
  const subject = await subjectOf(deps, tenant, id);
  const key = subjectKey(tenant, subject);
  const stored = await readBaseline(deps.baselines, key);
  const decisions = (await decisionsAbout(deps, tenant, subject))
    .filter(({ delta }) => delta.subject !== undefined)
    .sort((a, b) => (a.decision.decidedAt < b.decision.decidedAt ? -1 : 1));
  if (decisions.length === 0)
    throw new ReviewError('subject-unknown', 'No decision is kept about this subject', { status: 404 });
  const known = new Set(decisions.map(({ delta }) => delta.observation.eventKey));
  if (isAhead(stored, known, deps.clock()))
    throw new ReviewError('rebuild-conflict', 'The log is some seconds behind the baseline', { status: 409 });
  const said = new Map<string, Case['effect']['of']>();
  for (const record of await deps.records.ofSubject(`${tenant}#${subject}`)) {
    const found = await deps.records.get<Case>(record);
    if (found?.effect) said.set(`d${record.slice(1)}`, found.effect.of);
  }
  const observations = decisions.flatMap((one) => observationOf(one, said.get(one.key) ?? 'none') ?? []);
  const rebuilt = rebuild(observations, stored);
  if (!(await deps.baselines.putBaseline(key, rebuilt, stored.version)))
    throw new ReviewError('rebuild-conflict', 'An event of the subject came meanwhile', { status: 409 });
  return {
    subject,
    decisions: decisions.length,
    leftOut: decisions.length - observations.length,
    baseline: { events: rebuilt.events, days: rebuilt.days, maturity: maturity(rebuilt, deps.clock()) },
  };
};
