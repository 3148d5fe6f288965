import { parseArgs } from 'node:util';
import { CountersignError } from '../../functions/platform/errors.ts';

/** The command line of `npm start` is wrong: `option-invalid`. */
export class OptionError extends CountersignError {
  override readonly name = 'OptionError';
}

/** How `npm start` was asked to run. */
export interface StartOptions {
  readonly help: boolean;
  /** Drop what earlier starts kept. */
  readonly fresh: boolean;
  /** Duplicate, delay and reorder deliveries, repeatably from this seed. */
  readonly chaosSeed?: number;
  readonly strictSources: boolean;
  readonly feed: boolean;
  /** Of the HTTP API; the AWS endpoint and DynamoDB have the next two. */
  readonly port: number;
  /** Folder for all that is kept. */
  readonly state: string;
}

export const HELP = `Countersign, local mode: runs the synthesized app on this machine.

  npm start                       start, keeping the data of earlier starts
  npm start -- --fresh            drop local data first
  npm start -- --chaos            duplicate, delay and reorder events on purpose
  npm start -- --chaos --seed 7   the same, with another sequence of mishaps
  npm start -- --strict-sources   refuse events whose source begins with aws., as AWS does
  npm start -- --no-feed          do not play the recorded provider events
  npm start -- --port 5000        listen on 5000, 5001 and 5002 (default 4000, or PORT)
  npm start -- --state DIR        keep local data in another folder than .local
  npm start -- --help             this text
`;

/**
 * Reads the command line and `PORT`.
 *
 * @throws OptionError `option-invalid`, naming the option.
 * @example
 * ```ts
 * readOptions(['--fresh', '--port', '5000'], process.env).port; // 5000
 * ```
 */
export function readOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): StartOptions {
  const { values } = parse(argv);
  return {
    help: values.help,
    fresh: values.fresh,
    ...(values.chaos ? { chaosSeed: whole('--seed', values.seed, 0, 0xffff_ffff) } : {}),
    strictSources: values['strict-sources'],
    feed: !values['no-feed'],
    // Two more ports follow.
    port: whole('--port', values.port ?? environment.PORT ?? '4000', 1, 65_533),
    state: values.state,
  };
}

function parse(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { ...flag, short: 'h' },
        fresh: flag,
        chaos: flag,
        seed: { type: 'string', default: '1' },
        'strict-sources': flag,
        'no-feed': flag,
        port: { type: 'string' },
        state: { type: 'string', default: '.local' },
      },
    });
  } catch (cause) {
    throw new OptionError('option-invalid', (cause as Error).message, { cause });
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new OptionError('option-invalid', `${name} has to be a whole number from ${least} to ${most}`);
}
