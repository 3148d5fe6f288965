import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { modelInputs } from '../../functions/signals/index.ts';
import { TrainingError } from './training-error.ts';

/** One decision of a deployment, and what people said it was. */
export interface LabelledEvent {
  /** Of the label; of two with the same, the later counts. */
  readonly id: string;
  /** Pseudonym of whom it was about: what they are split by. */
  readonly subject: string;
  /** 1: not the account's owner. */
  readonly label: 0 | 1;
  /** What the model that judged it said, a probability. */
  readonly score: number;
  /** What it was given: a float for each of `modelInputs`, NaN where nothing was known. */
  readonly input: Float32Array;
}

/** Longest line, characters: a label is about 3,000. */
const LONGEST = 65_536;
/** With fewer known names the features are of another catalogue of signals. */
const LEAST_KNOWN_NAMES = 0.5;

const index = new Map(modelInputs.map(({ code }, at) => [code, at]));

/**
 * Reads a labelled decision log: a file with one JSON object a line, as `GET /v1/labels` gives them (whole pages,
 * `{labels: […]}`, do as well). Streams, so that memory grows with the labels and not with the file.
 *
 * A feature of a name that this version does not know is left out; one that the log lacks counts as not evaluable.
 *
 * @param onRead told the share of the file that was read.
 * @throws TrainingError `log-invalid`, naming the line and the member.
 * @example
 * ```ts
 * const log = await readLabelledLog('labels.jsonl');
 * log.filter(({ label }) => label === 1).length; // attacks that were confirmed
 * ```
 */
export async function readLabelledLog(
  path: string,
  onRead?: (done: number) => void,
): Promise<LabelledEvent[]> {
  const size = await stat(path).then(
    ({ size: bytes }) => bytes,
    (cause: Error) => {
      throw new TrainingError('log-invalid', `${path} cannot be read`, { cause });
    },
  );
  const events = new Map<string, LabelledEvent>();
  const stream = createReadStream(path);
  let number = 0;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (number % 1_000 === 0) onRead?.(stream.bytesRead / Math.max(1, size));
    if (line.trim() === '') continue;
    for (const label of labelsIn(line, number)) {
      const event = eventOf(label, number);
      events.delete(event.id);
      events.set(event.id, event);
    }
  }
  onRead?.(1);
  return [...events.values()];
}

function labelsIn(line: string, number: number): readonly unknown[] {
  // A page of the API holds up to a hundred labels.
  if (line.length > 100 * LONGEST) throw wrong(number, 'is too long');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong(number, 'is not JSON');
  }
  const { labels } = (value ?? {}) as { labels?: unknown };
  if (Array.isArray(labels)) return labels;
  return [value];
}

function eventOf(value: unknown, number: number): LabelledEvent {
  if (typeof value !== 'object' || value === null) throw wrong(number, 'is no label');
  const { id, subject, label, score, features } = value as Record<string, unknown>;
  if (typeof id !== 'string' || id === '') throw wrong(number, 'has no id');
  if (typeof subject !== 'string' || subject === '') throw wrong(number, 'has no subject');
  if (label !== 0 && label !== 1) throw wrong(number, 'has a label that is neither 0 nor 1');
  if (typeof score !== 'number' || !(score >= 0 && score <= 1))
    throw wrong(number, 'has a score that is no probability');
  if (typeof features !== 'object' || features === null || Array.isArray(features))
    throw wrong(number, 'has no features');
  return { id, subject, label, score, input: inputOf(features, number) };
}

function inputOf(features: object, number: number): Float32Array {
  const input = new Float32Array(modelInputs.length).fill(Number.NaN);
  let known = 0;
  for (const [code, value] of Object.entries(features)) {
    const at = index.get(code);
    if (at === undefined) continue;
    known++;
    if (value === null) continue;
    const [least, greatest] = modelInputs[at]!.range;
    if (typeof value !== 'number' || !(value >= least && value <= Math.fround(greatest)))
      throw wrong(number, `has a value of ${code} that is not within ${least} and ${greatest}`);
    input[at] = value;
  }
  if (known < LEAST_KNOWN_NAMES * modelInputs.length)
    throw wrong(number, 'has the features of another version: too few of their names are known here');
  return input;
}

function wrong(line: number, problem: string): TrainingError {
  return new TrainingError('log-invalid', `Line ${line} of the log ${problem}`, {
    fields: [{ field: `line ${line}`, problem }],
  });
}
