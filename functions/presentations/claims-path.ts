import { isObject } from '../credentials/jose/index.ts';

/**
 * The claims that a claims path pointer selects (OpenID4VP 1.0 §7.1). Elements of arrays that the holder
 * withheld are `undefined` and never selected, so a position means the position in the credential.
 *
 * @returns nothing when the path does not fit, where the specification says to abort.
 * @example
 * ```ts
 * selectClaims({ degrees: [{ type: 'BSc' }, { type: 'MSc' }] }, ['degrees', null, 'type']); // ['BSc', 'MSc']
 * ```
 */
export const selectClaims = (claims: unknown, path: readonly (string | number | null)[]): unknown[] => {
  let selected: unknown[] = [claims];
  for (const step of path) {
    const next: unknown[] = [];
    for (const value of selected) {
      if (typeof step === 'string') {
        if (!isObject(value)) return [];
        if (Object.hasOwn(value, step)) next.push(value[step]);
      } else {
        if (!Array.isArray(value)) return [];
        next.push(...(step === null ? value : value.slice(step, step + 1)));
      }
    }
    selected = next.filter((value) => value !== undefined);
  }
  return selected;
};
