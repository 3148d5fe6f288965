import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Dataset } from '../ebm/dataset.ts';
import type { Fit } from '../ebm/fit.ts';
import { readLabelledLog } from './labelled-log.ts';
import { divideLog, logDataset, mixed, shareOf } from './log-dataset.ts';
import { type LogFigures, measureOnLog } from './log-figures.ts';

/** What a model reads of an input: the signals, and what the detectors find in them. */
type Reader = (input: Float32Array) => Float32Array;

/** A deployment's labelled decisions, ready to be trained on beside the simulated prior. */
export interface OperatorLog {
  /** What the manifest keeps of it: no event of it, only how much there was, and the digest of the file. */
  readonly about: {
    readonly digest: string;
    readonly attacks: number;
    readonly owners: number;
    readonly share: number;
  };
  /** The simulated rows of a split together with those of the log. */
  with(prior: Dataset, split: 'train' | 'held', read: Reader): Dataset;
  /** How a model does on the accounts that were kept apart. */
  measure(model: Fit, read: Reader): LogFigures;
}

/**
 * Reads a log and divides it; refuses one that is too small before anybody has waited for a simulation.
 *
 * @param share what the log weighs beside the simulation, above 0 to 1. @default see `shareOf`
 * @throws TrainingError `log-invalid`, `log-too-small`
 * @example
 * ```ts
 * const log = await operatorLog('labels.jsonl', { seed: 'a' });
 * trainModel(log.with(train, 'train', read), log.with(held, 'held', read), …);
 * ```
 */
export async function operatorLog(
  path: string,
  options: {
    readonly seed: string;
    readonly share?: number | undefined;
    readonly onRead?: (done: number) => void;
  },
): Promise<OperatorLog> {
  const events = await readLabelledLog(path, options.onRead);
  const divided = divideLog(events, options.seed);
  const share = options.share ?? shareOf(events);
  const attacks = events.filter(({ label }) => label === 1).length;
  return {
    about: { digest: await digestOf(path), attacks, owners: events.length - attacks, share },
    with: (prior, split, read) => mixed(prior, logDataset(divided[split], read), share),
    measure: (model, read) => measureOnLog(model, divided.test, read),
  };
}

async function digestOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
