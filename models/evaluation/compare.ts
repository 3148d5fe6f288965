import { catalogue } from '../../functions/signals/index.ts';
import { IsolationForest } from '../detectors/isolation-forest.ts';
import { randomFrom } from '../simulator/random.ts';
import { ATTACKERS, type AttackerName } from './attackers/index.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import { CONTENDERS, type Contender, type Judged } from './judge.ts';
import { recallAt, rocAuc, type Scored } from './metrics.ts';

/** False-positive rates at which recall is told. */
export const RATES = [0.001, 0.005, 0.01, 0.02] as const;

/** How one contender does against one attacker. */
export interface Comparison {
  readonly attacker: AttackerName;
  readonly contender: Contender;
  readonly attacks: number;
  readonly benign: number;
  readonly auc: number;
  /** In the order of {@link RATES}. */
  readonly recall: readonly number[];
  /** For the attackers with published figures. */
  readonly aucInterval?: Interval;
  readonly recallInterval?: Interval;
}

/** Attackers that other work publishes figures for. */
export const PUBLISHED: readonly AttackerName[] = ['naive', 'vpn', 'targeted'];

/** The score of a login by a contender. */
export type ScoreOf = (login: Judged, contender: Contender) => number;

/** Scores of all contenders; the isolation forest learns from the owners' logins of the warm-up. */
export function scoresOf(judged: readonly Judged[], seed: string): ScoreOf {
  const usual = judged
    .filter((login) => !login.attack && !login.counted)
    .map((login) => login.features.subarray(0, catalogue.length));
  const forest = new IsolationForest(randomFrom(seed, 'forest'), usual);
  const cache = new Map<Judged, number>();
  const readers: Record<Contender, (login: Judged) => number> = {
    countersign: (login) => login.logit,
    freeman: (login) => login.freeman,
    rules: (login) => login.rules,
    random: (login) => login.random,
    forest: (login) => {
      const known = cache.get(login) ?? forest.score(login.features.subarray(0, catalogue.length));
      cache.set(login, known);
      return known;
    },
  };
  return (login, contender) => readers[contender](login);
}

/** Logins that a kind of attack is told apart from: people's, or programs'. */
export function opponents(judged: readonly Judged[], attacker: AttackerName): Judged[] {
  const program = attacker === 'service theft';
  return judged.filter((login) => login.counted && !login.attack && (login.person === undefined) === program);
}

/** Every contender against every attacker, on the counted days. */
export function compare(
  judged: readonly Judged[],
  scoreOf: ScoreOf,
  seed: string,
  rounds = 100,
): Comparison[] {
  return (Object.keys(ATTACKERS) as AttackerName[]).flatMap((attacker) => {
    const benign = opponents(judged, attacker);
    const hostile = judged.filter((login) => login.counted && login.attack === attacker);
    return CONTENDERS.map((contender) => {
      const scored = (logins: readonly Judged[]): (Scored & { subject: string })[] =>
        logins.map((login) => ({
          subject: login.subject,
          score: scoreOf(login, contender),
          attack: login.attack !== undefined,
        }));
      const items = scored([...benign, ...hostile]);
      const published =
        PUBLISHED.includes(attacker) && (contender === 'countersign' || contender === 'freeman');
      return {
        attacker,
        contender,
        attacks: hostile.length,
        benign: benign.length,
        auc: rocAuc(items),
        recall: RATES.map((rate) => recallAt(items, rate)),
        ...(published
          ? {
              aucInterval: bootstrap(items, rocAuc, { seed, rounds }),
              recallInterval: bootstrap(items, (list) => recallAt(list, 0.01), { seed, rounds }),
            }
          : {}),
      };
    });
  });
}

/** How often owners are asked again: the learning curve of Wiefling et al. */
export interface Reauthentication {
  readonly attacker: AttackerName;
  readonly contender: Contender;
  readonly truePositives: number;
  readonly logins: number;
  /** All people, or those who sign in so often. */
  readonly frequency: Frequency | 'all';
  /** Median over people of the share of their first logins at or above the threshold, interval over people. */
  readonly median: Interval;
  /** Mean over people of the same share. */
  readonly mean: number;
  readonly people: number;
}

/** How often people sign in, in words. */
export const FREQUENCIES = ['several a day', 'about daily', 'some a week'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** @param perDay mean sign-ins on a working day */
export function frequencyOf(perDay: number): Frequency {
  return perDay >= 1.5 ? 'several a day' : perDay >= 0.6 ? 'about daily' : 'some a week';
}

/** The threshold that at least a share of an attacker's logins reaches. */
export function thresholdFor(scores: readonly number[], truePositives: number): number {
  const sorted = [...scores].sort((a, b) => b - a);
  return sorted[Math.min(sorted.length - 1, Math.ceil(truePositives * sorted.length) - 1)]!;
}

/** Shares of owners' first 12 and 39 logins that are asked again, at high true-positive rates. */
export function reauthentication(
  judged: readonly Judged[],
  scoreOf: ScoreOf,
  options: { readonly seed: string; readonly rounds?: number },
): Reauthentication[] {
  const byPerson = Map.groupBy(
    judged.filter((login) => !login.attack && login.person),
    (login) => login.subject,
  );
  return PUBLISHED.flatMap((attacker) =>
    (['countersign', 'freeman'] as const).flatMap((contender) => {
      const hostile = judged
        .filter((login) => login.attack === attacker)
        .map((login) => scoreOf(login, contender));
      return [0.98, 0.99, 0.995].flatMap((truePositives) => {
        const threshold = thresholdFor(hostile, truePositives);
        return [12, 39].flatMap((logins) => {
          const shares: { subject: string; share: number; frequency: Frequency }[] = [];
          for (const [subject, own] of byPerson) {
            if (own.length < logins) continue;
            const asked = own.slice(0, logins).filter((login) => scoreOf(login, contender) >= threshold);
            const frequency = frequencyOf(own[0]!.person!.perDay);
            shares.push({ subject, share: asked.length / logins, frequency });
          }
          return (['all', ...FREQUENCIES] as const).flatMap((frequency) => {
            const some = shares.filter((one) => frequency === 'all' || one.frequency === frequency);
            if (some.length < 5) return [];
            return [
              {
                attacker,
                contender,
                truePositives,
                logins,
                frequency,
                median: bootstrap(some, medianShare, options),
                mean: some.reduce((sum, { share }) => sum + share, 0) / some.length,
                people: some.length,
              },
            ];
          });
        });
      });
    }),
  );
}

function medianShare(list: readonly { readonly share: number }[]): number {
  const shares = list.map(({ share }) => share).sort((a, b) => a - b);
  return shares[shares.length >> 1] ?? Number.NaN;
}
