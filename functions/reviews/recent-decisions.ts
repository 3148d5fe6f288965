import type { Decision, DecisionStore, LogStore } from '../decisions/index.ts';

/** One earlier or later event of the subject, as a reviewer sees it beside the one in question. */
export interface RecentDecision {
  readonly eventId: string;
  readonly time: string;
  readonly score: number;
  readonly level: Decision['level'];
  readonly outcome: Decision['outcome'];
  /** Codes of what raised the score most. */
  readonly reasons: readonly string[];
}

/** What finding a subject's events needs from outside. */
export interface RecentDeps {
  readonly decisions: Pick<DecisionStore, 'getMany'>;
  readonly log: Pick<LogStore, 'about'>;
}

const DAY_MS = 86_400_000;
const WEEKS = 4;
/** How many are shown, and of how many at most they are the latest. */
const SHOWN = 20;
const READ = 100;

/** A week of days, the latest first; one more where it begins, as events may be told a little ahead. */
const daysOf = (now: number, week: number): string[] =>
  Array.from({ length: 7 }, (_, day) =>
    new Date(now - (7 * week + day - 1) * DAY_MS).toISOString().slice(0, 10),
  );

/**
 * The latest decisions on a subject's events, newest first: what happened around the one that is looked at. They are
 * found by the notes of the log, which is some seconds behind.
 *
 * @param except key of the decision that is looked at.
 * @returns at most 20, of the last four weeks.
 */
export const recentDecisions = async (
  deps: RecentDeps,
  { tenant, subject, except, now }: { tenant: string; subject: string; except: string; now: number },
): Promise<RecentDecision[]> => {
  const keys: string[] = [];
  for (let week = 0; week < WEEKS && keys.length < SHOWN; week++)
    // Ids of decisions are digests of 27 characters; those of other entries have one more.
    for (const id of await deps.log.about(`${tenant}#${subject}`, daysOf(now, week)))
      if (id.length === 27 && `d#${tenant}#${id}` !== except) keys.push(`d#${tenant}#${id}`);
  const stored = keys.length === 0 ? [] : await deps.decisions.getMany(keys.slice(0, READ));
  return stored
    .map(({ decision }) => decision)
    .sort((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, SHOWN)
    .map(({ eventId, time, score, level, outcome, reasons }) => ({
      eventId,
      time,
      score,
      level,
      outcome,
      reasons: reasons
        .filter(({ contribution }) => contribution > 0)
        .slice(0, 3)
        .map(({ code }) => code),
    }));
};
