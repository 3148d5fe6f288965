import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type Baseline,
  decodeBaseline,
  encodeBaseline,
  type VelocityRecord,
} from '../../../functions/baselines/index.ts';
import type { Scorer } from '../../../functions/risk/index.ts';
import { type NetworkFacts, type NetworkLookup, parseAddress } from '../../../functions/signals/index.ts';
import { classify } from '../../../functions/signals/network/network-class.ts';
import { randomFrom } from '../../simulator/random.ts';
import { RecentMap, type RecordMap } from '../../training/recent-map.ts';
import { Replay } from '../../training/replay.ts';
import { recallAt, rocAuc, type Scored } from '../metrics.ts';
import { csvRecords } from './csv.ts';
import { checkHeader, NOBODY, RbaRowError, readRow } from './rba-row.ts';

/** What a replay of the real data set found. */
export interface RbaFindings {
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly unreadable: number;
  /** Rows earlier than the row before: the set is in time order, so this should be none. */
  readonly disordered: number;
  readonly successes: number;
  readonly takeovers: number;
  /** Owners' logins kept for comparison, drawn evenly. */
  readonly sample: number;
  readonly auc: number;
  /** Recall of takeovers at 0.1, 0.5, 1 and 2 % of the sample. */
  readonly recall: readonly number[];
  /** People whose baseline was forgotten for want of memory. */
  readonly forgotten: number;
}

export interface RbaOptions {
  readonly path: string;
  readonly seed: string;
  /** Most baselines of people held at once; each takes about half a kilobyte. @default 5,000,000 */
  readonly people?: number;
  /** Most counters of networks held at once. @default 300,000 */
  readonly counters?: number;
  readonly onProgress?: (share: number, rows: number) => void;
}

/** The set's addresses are stand-ins, so networks are classed by operator: beside any address on no list. */
const UNLISTED = parseAddress('9.9.9.9');
const classOfAsn = (asn: number) => classify(UNLISTED, asn);

/** From this score on a login is asked for more and does not teach, log-odds. */
const STEP_UP = Math.log(0.05 / 0.95);

/** Owners' logins kept for comparison. */
const SAMPLE = 200_000;

/**
 * Replays the data set in time order through the same pipeline and the shipped model. The account of those that
 * do not exist teaches nothing. There is no split in time: all takeovers lie before its 69.5th percentile, and the
 * model was trained on none of this. What is usual among people is learned in time order and from low-risk successes
 * alone, as deployed; no label teaches anything.
 *
 * Memory is bounded: baselines of people are kept as encoded text, oldest forgotten first; the sample is a reservoir.
 *
 * @throws RbaRowError when the header is not the data set's.
 */
export async function replayRba(options: RbaOptions, scorer: Scorer): Promise<RbaFindings> {
  const { size } = await stat(options.path);
  const hash = createHash('sha256');
  let [bytes, rows, unreadable, disordered, successes, takeovers] = [0, 0, 0, 0, 0, 0];
  async function* text(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    for await (const chunk of createReadStream(options.path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      options.onProgress?.(bytes / size, rows);
      yield decoder.decode(chunk as Buffer, { stream: true });
    }
    yield decoder.decode();
  }

  let current: NetworkFacts | undefined;
  const given: NetworkLookup = { sources: [], lookup: () => current!, prefetch: async () => {} };
  const people = new PackedBaselines(options.people ?? 5_000_000);
  const counters = new RecentMap<VelocityRecord>(options.counters ?? 300_000);
  const replay = new Replay(given, { baselines: people, counters });
  const random = randomFrom(options.seed, 'reservoir');
  const sample: Scored[] = [];
  const hostile: Scored[] = [];
  let [header, last, owners] = [true, 0, 0];
  for await (const fields of csvRecords(text())) {
    if (header) {
      checkHeader(fields);
      header = false;
      continue;
    }
    rows++;
    let row: ReturnType<typeof readRow>;
    try {
      row = readRow(fields, classOfAsn);
    } catch (error) {
      if (!(error instanceof RbaRowError)) throw error;
      unreadable++;
      continue;
    }
    const { event, takeover } = row;
    if (event.time < last) disordered++;
    last = event.time;
    current = row.network;
    const success = event.outcome === 'success';
    const whole = success ? replay.see(event) : undefined;
    const seen = whole ?? replay.read(event);
    let teaches = false;
    if (whole && event.subject.id !== NOBODY) {
      successes++;
      const { base, contributions } = await scorer.score(whole.features);
      const score = contributions.reduce((sum, term) => sum + term.contribution, base);
      teaches = score < STEP_UP;
      if (takeover) {
        takeovers++;
        hostile.push({ score, attack: true });
      } else {
        owners++;
        const place = owners <= SAMPLE ? owners - 1 : Math.floor(random() * owners);
        if (place < SAMPLE) sample[place] = { score, attack: false };
      }
    }
    replay.learn(seen, teaches);
  }
  const items = [...sample, ...hostile];
  return {
    sha256: hash.digest('hex'),
    bytes,
    rows,
    unreadable,
    disordered,
    successes,
    takeovers,
    sample: sample.length,
    auc: rocAuc(items),
    recall: [0.001, 0.005, 0.01, 0.02].map((rate) => recallAt(items, rate)),
    forgotten: people.forgotten,
  };
}

/** Baselines of people as the store would keep them, in text; those of aggregates as they are. */
class PackedBaselines implements RecordMap<Baseline> {
  readonly #people: RecentMap<readonly [text: string, version: number]>;
  readonly #aggregates = new RecentMap<Baseline>(10_000);

  constructor(limit: number) {
    this.#people = new RecentMap(limit);
  }

  get forgotten(): number {
    return this.#people.forgotten;
  }

  get(key: string): Baseline | undefined {
    if (!key.startsWith('s#')) return this.#aggregates.get(key);
    const packed = this.#people.get(key);
    return packed && decodeBaseline(...packed);
  }

  set(key: string, value: Baseline): void {
    if (key.startsWith('s#')) this.#people.set(key, [encodeBaseline(value), value.version]);
    else this.#aggregates.set(key, value);
  }

  *entries(): Generator<[string, Baseline]> {
    for (const [key, packed] of this.#people.entries()) yield [key, decodeBaseline(...packed)];
    yield* this.#aggregates.entries();
  }
}
