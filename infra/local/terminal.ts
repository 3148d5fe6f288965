import type { Decision, Outcome } from '../../functions/decisions/decision.ts';

/** Where lines go, and what it can show. */
export interface Screen {
  readonly colours: boolean;
  /** Characters in a line. */
  readonly width: number;
  write(text: string): void;
}

/**
 * The screen of a stream. Colours only where somebody looks: on a terminal, and not when `NO_COLOR` is set
 * (https://no-color.org).
 *
 * @example
 * ```ts
 * const screen = screenOf(process.stdout, process.env);
 * screen.write(paint(screen, 'bold', 'Countersign\n'));
 * ```
 */
export function screenOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Screen {
  return {
    colours: stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb',
    get width() {
      return stream.columns || 120;
    },
    write: (text) => void stream.write(text),
  };
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;

/** A colour or weight of the terminal's own palette. */
export type Paint = keyof typeof CODES;

/** Text in a colour, or plain where there are none. */
export function paint(screen: Pick<Screen, 'colours'>, colour: Paint, text: string): string {
  return screen.colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}

const OUTCOME_COLOURS: Readonly<Record<Outcome, Paint>> = {
  allow: 'green',
  step_up: 'yellow',
  review: 'magenta',
  deny: 'red',
};

const COLUMNS = { time: 8, subject: 16, outcome: 7, score: 6 } as const;

/** The heading over {@link decisionRow}. */
export function heading(screen: Screen): string {
  const { time, subject, outcome, score } = COLUMNS;
  const cells = [
    'TIME'.padEnd(time),
    'SUBJECT'.padEnd(subject),
    'OUTCOME'.padEnd(outcome),
    'SCORE'.padStart(score),
  ];
  return paint(screen, 'bold', `${cells.join('  ')}  REASONS (+ risk, - trust)`);
}

/**
 * One decision as one line: time, pseudonym, outcome, score in per cent, the reasons that weigh most.
 *
 * @example
 * ```ts
 * decisionRow(screen, decision); // '09:24:00  h6q5z_xHWjZ-inEv  step_up   63.1%  +2.31 newCountry  …'
 * ```
 */
export function decisionRow(screen: Screen, decision: Decision): string {
  const { time, subject, outcome, score } = COLUMNS;
  const cells = [
    clock(decision.time).padEnd(time),
    shorten(decision.subject, subject).padEnd(subject),
    paint(screen, OUTCOME_COLOURS[decision.outcome], decision.outcome.padEnd(outcome)),
    `${(decision.score * 100).toFixed(1)}%`.padStart(score),
  ];
  const used = time + subject + outcome + score + 4 * 2;
  return `${cells.join('  ')}  ${reasonsText(decision, Math.max(20, screen.width - used))}`;
}

/** As many reasons as fit, and how many are left. */
function reasonsText({ reasons, degraded }: Decision, width: number): string {
  const texts = reasons.map(({ contribution, code }) => {
    return `${contribution < 0 ? '-' : '+'}${Math.abs(contribution).toFixed(2)} ${code}`;
  });
  if (degraded) texts.unshift(`degraded: ${degraded.join(', ')}`);
  let line = '';
  for (const [index, text] of texts.entries()) {
    const left = texts.length - index - 1;
    const longer = line === '' ? text : `${line}  ${text}`;
    const rest = left > 0 ? `  and ${left} more` : '';
    if (line !== '' && longer.length + rest.length > width) return `${line}  and ${left + 1} more`;
    line = longer;
  }
  return line || 'nothing stands out';
}

/** `09:24:00`, in the zone of whoever looks. */
function clock(iso: string): string {
  const time = new Date(iso);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** A step under way: a turning sign on a terminal, a line at its end elsewhere. */
export interface Step {
  /** Says what is going on within the step. */
  note(text: string): void;
  done(text?: string): void;
  fail(): void;
}

/**
 * Shows that something is being waited for, and for how long.
 *
 * @example
 * ```ts
 * const step = startStep(screen, 'Synthesizing the CDK app');
 * step.done(); // '  ✓ Synthesizing the CDK app (6.2 s)'
 * ```
 */
export function startStep(screen: Screen, name: string, now: () => number = () => performance.now()): Step {
  const begun = now();
  let note = '';
  const seconds = () => `${((now() - begun) / 1000).toFixed(1)} s`;
  const draw = () => {
    const line = `  … ${name}${note ? `: ${note}` : ''} (${seconds()})`;
    screen.write(`\r\u001b[2K${line.slice(0, screen.width - 1)}`);
  };
  const timer = screen.colours ? setInterval(draw, 100) : undefined;
  if (!screen.colours) screen.write(`  … ${name}\n`);
  const end = (sign: string, text: string) => {
    clearInterval(timer);
    if (screen.colours) screen.write('\r\u001b[2K');
    screen.write(`  ${sign} ${name}${text ? `: ${text}` : ''} (${seconds()})\n`);
  };
  return {
    note: (text) => {
      note = text;
    },
    done: (text = '') => end(paint(screen, 'green', '✓'), text),
    fail: () => end(paint(screen, 'red', '✗'), 'failed'),
  };
}
