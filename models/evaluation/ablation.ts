import type { AttackerName } from './attackers/index.ts';
import { opponents } from './compare.ts';
import type { Judged } from './judge.ts';
import { recallAt, rocAuc } from './metrics.ts';

/** What is lost without one signal. */
export interface Ablation {
  readonly code: string;
  /** Loss of ROC-AUC, and of recall at 1 % false positives, by attacker. */
  readonly lost: readonly {
    readonly attacker: AttackerName;
    readonly auc: number;
    readonly recall: number;
  }[];
}

/**
 * Takes one signal after the other away at the time of judging, as a source would that cannot state it: its term
 * and its pairs then add nothing. The model is not trained anew, so this is what an outage of the signal costs.
 *
 * @param codes of the model's terms, in the order of the contributions
 */
export function ablate(
  judged: readonly Judged[],
  codes: readonly string[],
  attackers: readonly AttackerName[],
): Ablation[] {
  const signals = codes.filter((code) => !code.includes(' × '));
  const sets = attackers.map((attacker) => {
    const logins = [
      ...opponents(judged, attacker),
      ...judged.filter((login) => login.counted && login.attack === attacker),
    ];
    return { attacker, logins };
  });
  const figures = (logins: readonly Judged[], without: readonly number[]) => {
    const items = logins.map((login) => ({
      attack: login.attack !== undefined,
      score: without.reduce((logit, term) => logit - login.contributions[term]!, login.logit),
    }));
    return { auc: rocAuc(items), recall: recallAt(items, 0.01) };
  };
  const whole = sets.map(({ logins }) => figures(logins, []));
  return signals.map((code) => {
    const terms = codes.flatMap((term, i) => (term.split(' × ').includes(code) ? [i] : []));
    const lost = sets.map(({ attacker, logins }, i) => {
      const { auc, recall } = figures(logins, terms);
      return { attacker, auc: whole[i]!.auc - auc, recall: whole[i]!.recall - recall };
    });
    return { code, lost };
  });
}
