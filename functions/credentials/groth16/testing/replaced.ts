/**
 * A deep copy of plain data with one member replaced, or taken out when the new value is `undefined`.
 *
 * @param path dotted: `pi_b.1.0`
 * @param change the new value, or what makes it of the old one
 */
export function replaced<T>(value: T, path: string, change: unknown): T {
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  const owner = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
  const next = typeof change === 'function' ? change(owner[last]) : change;
  if (next === undefined) delete owner[last];
  else owner[last] = next;
  return copy as T;
}
