import type { Judged } from './judge.ts';
import { calibrationError } from './metrics.ts';

/** Kinds of attack count alike, whatever the number of their logins. */
export function calibrationOf(
  judged: readonly Judged[],
  baseRate: number,
): { ece: number; eceBalanced: number; baseRate: number } {
  const counted = judged.filter((login) => login.counted);
  const sizes = new Map<string | undefined, number>();
  for (const { attack } of counted) sizes.set(attack, (sizes.get(attack) ?? 0) + 1);
  const kinds = sizes.size - 1;
  const at = (share: number) => {
    const shift = Math.log(share / (1 - share)) - Math.log(baseRate / (1 - baseRate));
    return calibrationError(
      counted.map(({ attack, logit }) => ({
        score: 1 / (1 + Math.exp(-(logit + shift))),
        attack: attack !== undefined,
        weight: (attack === undefined ? 1 - share : share / kinds) / sizes.get(attack)!,
      })),
    );
  };
  return { ece: at(baseRate), eceBalanced: at(0.5), baseRate };
}
