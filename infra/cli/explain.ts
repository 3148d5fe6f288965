import { parseArgs } from 'node:util';
import type { Decision, Reason } from '../../functions/decisions/decision.ts';
import { operatorApi } from './api.ts';

const USAGE = `Usage: npx countersign explain <eventId> [--top <n>]

Writes a decision with what it rests on: the score, the level and the outcome; the base, which is the log-odds before
any evidence; and the reasons, each with what it added to the log-odds, a bar, what was observed and what is usual.
Bars to the left of the line speak for the owner of the account. The base and all contributions add up to the log-odds.

  --top <n>                     says no more than the n weightiest reasons, and what the others add up to (all)
`;

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: { top: { type: 'string' }, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
  } catch {
    return undefined;
  }
};

/** Characters of a bar on either side of the line, and log-odds that a whole one stands for: no reason has more. */
const BAR = 8;
const WHOLE = 4;

const barOf = (contribution: number): string => {
  const length = Math.min(BAR, Math.round((Math.abs(contribution) / WHOLE) * BAR));
  const bar = '#'.repeat(length);
  return contribution < 0
    ? `${bar.padStart(BAR)}|${' '.repeat(BAR)}`
    : `${' '.repeat(BAR)}|${bar.padEnd(BAR)}`;
};

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;

const sumOf = (reasons: readonly Reason[]): number =>
  reasons.reduce((sum, { contribution }) => sum + contribution, 0);

/**
 * A decision in lines of text.
 *
 * @param most reasons to tell; the others are added up
 *
 * @example
 * ```ts
 * explained(decision, 5).join('\n');
 * ```
 */
export const explained = (decision: Decision, most: number): string[] => {
  const { score, level, outcome, base, reasons, policy } = decision;
  const told = reasons.slice(0, most);
  const others = reasons.slice(most);
  const width = Math.max(4, ...told.map(({ code }) => code.length));
  const line = (name: string, value: number, rest: string) =>
    `  ${name.padEnd(width)}  ${signed(value).padStart(6)}  ${barOf(value)}  ${rest}`.trimEnd();
  return [
    `score ${score.toFixed(3)}, ${level}: ${outcome}, by ${policy.determining.join(', ') || 'no permit'}`,
    `  ${'base'.padEnd(width)}  ${signed(base).padStart(6)}`,
    ...told.map(({ code, contribution, observed, usual }) =>
      line(
        code,
        contribution,
        [observed, usual === undefined ? undefined : `usual: ${usual}`].filter((part) => part).join('; '),
      ),
    ),
    ...(others.length === 0
      ? []
      : [`  ${`${others.length} more`.padEnd(width)}  ${signed(sumOf(others)).padStart(6)}`]),
    `  ${'sum'.padEnd(width)}  ${signed(base + sumOf(reasons)).padStart(6)}  log-odds`,
  ];
};

/**
 * Writes one decision explained.
 *
 * @returns the exit code: 0, or 2 for what cannot be understood.
 * @throws ApiError
 */
export const explain = async (
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<number> => {
  const parsed = read(args);
  const [eventId, ...rest] = parsed?.positionals ?? [];
  const most = parsed?.values.top === undefined ? Number.POSITIVE_INFINITY : Number(parsed.values.top);
  if (parsed?.values.help || eventId === undefined || rest.length > 0 || !(most >= 1)) {
    say(USAGE);
    return parsed?.values.help ? 0 : 2;
  }
  const decision = await operatorApi(environment).get<Decision>(
    `/v1/decisions/${encodeURIComponent(eventId)}`,
  );
  for (const line of explained(decision, most)) say(line);
  return 0;
};
