/** One step of a path: a member's name, an index, or every member. */
type Step = string | number | typeof EVERY;
const EVERY = Symbol('every');

/** Reads a value out of an event; undefined when there is none. */
export type PathReader = (event: unknown) => unknown;

/**
 * Compiles the part of JSONPath that EventBridge documents: dot notation, dashes, underscores, alphanumeric
 * characters, slashes, array indices and the wildcard `*`.
 *
 * Source: EventBridge User Guide, "Input transformation".
 *
 * @returns undefined when the path uses anything else. A path with a wildcard reads a list.
 * @example
 * ```ts
 * compilePath('$.detail.roles[0]')?.({ detail: { roles: ['clerk'] } }); // 'clerk'
 * ```
 */
export function compilePath(path: string): PathReader | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  const step = /\.([A-Za-z0-9_/-]+|\*)|\[(\d+|\*)\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (!match) return undefined;
    const [, name, index] = match;
    if (name === '*' || index === '*') steps.push(EVERY);
    else steps.push(name ?? Number(index));
  }
  if (steps.includes(EVERY)) return (event) => steps.reduce(widen, [event]);
  return (event) => steps.reduce(narrow, event);
}

function narrow(value: unknown, step: Step): unknown {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step as string] : undefined;
}

function widen(values: unknown[], step: Step): unknown[] {
  if (step !== EVERY)
    return values.map((value) => narrow(value, step)).filter((value) => value !== undefined);
  return values.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
}
