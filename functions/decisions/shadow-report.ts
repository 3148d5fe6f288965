import type { Decision, Outcome } from './decision.ts';

/** In the order in which they are shown. */
const OUTCOMES = ['allow', 'step_up', 'review', 'deny'] as const satisfies readonly Outcome[];

/** What enforcement would have done over a period. */
export interface ShadowReport {
  /** ISO 8601; absent when there is nothing to report. */
  readonly from?: string;
  readonly to?: string;
  readonly decisions: number;
  readonly subjects: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Different subjects that would not have been let through at least once, and the most concerned. */
  readonly stopped: {
    readonly subjects: number;
    readonly most: readonly { readonly subject: string; readonly times: number }[];
  };
  /** Why: how often each code was the strongest reason of a decision that was not `allow`. */
  readonly reasons: readonly { readonly code: string; readonly times: number }[];
  /** Outcomes per day, oldest first. */
  readonly days: readonly { readonly day: string; readonly outcomes: Readonly<Record<Outcome, number>> }[];
}

const none = (): Record<Outcome, number> => ({ allow: 0, step_up: 0, review: 0, deny: 0 });

const most = (counts: ReadonlyMap<string, number>, limit: number): [string, number][] =>
  [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit);

const add = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/**
 * Counts what policy decided, as it decided it: what became of a review later is not what enforcement would have done
 * at once.
 */
export const shadowReport = (decisions: Iterable<Decision>): ShadowReport => {
  const outcomes = none();
  const subjects = new Set<string>();
  const stopped = new Map<string, number>();
  const reasons = new Map<string, number>();
  const days = new Map<string, Record<Outcome, number>>();
  let [from, to, count] = ['', '', 0];
  for (const decision of decisions) {
    const outcome = decision.resolution?.from ?? decision.outcome;
    const day = decision.time.slice(0, 10);
    count++;
    outcomes[outcome]++;
    subjects.add(decision.subject);
    from = from === '' || decision.time < from ? decision.time : from;
    to = decision.time > to ? decision.time : to;
    const ofDay = days.get(day) ?? none();
    days.set(day, ofDay);
    ofDay[outcome]++;
    if (outcome === 'allow') continue;
    add(stopped, decision.subject);
    const strongest = decision.reasons.find(({ contribution }) => contribution > 0);
    add(reasons, strongest?.code ?? 'policy alone');
  }
  return {
    ...(count > 0 ? { from, to } : {}),
    decisions: count,
    subjects: subjects.size,
    outcomes,
    stopped: {
      subjects: stopped.size,
      most: most(stopped, 10).map(([subject, times]) => ({ subject, times })),
    },
    reasons: most(reasons, 15).map(([code, times]) => ({ code, times })),
    days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, ofDay]) => ({ day, outcomes: ofDay })),
  };
};

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;

/** The report in words and numbers, as Markdown. */
export const reportText = (report: ShadowReport): string => {
  const { decisions, outcomes, stopped, reasons } = report;
  const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    '# What enforcement would have done',
    '',
    decisions === 0
      ? 'Nothing was decided in this period.'
      : `${decisions} decisions on ${report.subjects} subjects, ${report.from} to ${report.to}.`,
    '',
    row('outcome', 'decisions', 'share'),
    row('---', '---:', '---:'),
    ...OUTCOMES.map((outcome) => row(outcome, outcomes[outcome], percent(outcomes[outcome], decisions))),
    '',
    `${stopped.subjects} subjects (${percent(stopped.subjects, report.subjects)}) would have been asked for more, or stopped, at least once.`,
    '',
    row('strongest reason', 'decisions'),
    row('---', '---:'),
    ...reasons.map(({ code, times }) => row(code, times)),
    '',
    row('subject', 'times'),
    row('---', '---:'),
    ...stopped.most.map(({ subject, times }) => row(subject, times)),
    '',
  ].join('\n');
};

/** Distinguishable without colour, too: they go from light to dark. */
const FILL = {
  allow: '#c6dbef',
  step_up: '#6baed6',
  review: '#2171b5',
  deny: '#08306b',
} as const satisfies Record<Outcome, string>;

/** The report as a plot: one bar a day, outcomes one above the other. */
export const reportPlot = ({ days }: ShadowReport): string => {
  const [height, bar, gap, left, top] = [200, 24, 8, 56, 40];
  const totals = days.map(({ outcomes }) => OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0));
  const tallest = Math.max(1, ...totals);
  const width = Math.max(360, left + days.length * (bar + gap) + gap);
  const bars = days.map(({ day, outcomes }, index) => {
    const x = left + gap + index * (bar + gap);
    let y = top + height;
    const pieces = OUTCOMES.map((outcome) => {
      const tall = (outcomes[outcome] / tallest) * height;
      y -= tall;
      return `<rect x="${x}" y="${y.toFixed(2)}" width="${bar}" height="${tall.toFixed(2)}" fill="${FILL[outcome]}"><title>${day}: ${outcomes[outcome]} ${outcome}</title></rect>`;
    }).join('');
    const label = `<text x="${x + bar / 2}" y="${top + height + 14}" text-anchor="middle">${day.slice(8)}</text>`;
    return pieces + label;
  });
  const legend = OUTCOMES.map(
    (outcome, index) =>
      `<rect x="${left + index * 74}" y="10" width="12" height="12" fill="${FILL[outcome]}"/><text x="${left + 16 + index * 74}" y="20">${outcome}</text>`,
  );
  const axis = [0, tallest].map(
    (value) =>
      `<text x="${left - 6}" y="${top + height - (value / tallest) * height + 4}" text-anchor="end">${value}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + height + 24}" font-family="sans-serif" font-size="11" role="img"><title>Decisions per day by outcome</title><rect width="100%" height="100%" fill="#fff"/>${[...legend, ...axis, ...bars].join('')}</svg>\n`;
};
