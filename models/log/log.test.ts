import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadScorer } from '../../functions/risk/index.ts';
import { modelInputs, type NetworkLookup, openNetworkLookup } from '../../functions/signals/index.ts';
import { buildGeoData } from '../../infra/geo-data.ts';
import { withDetectors } from '../detectors/index.ts';
import { signed } from '../testing/manifest-of.ts';
import { artifactsOf } from '../training/artifacts.ts';
import { collect, datasetOf, type Row } from '../training/collect.ts';
import { directionOf } from '../training/directions.ts';
import { EVIDENCE_CODES, evidenceOf } from '../training/evidence.ts';
import { trainModel } from '../training/finish.ts';
import { FIT } from '../training/settings.ts';
import { readLabelledLog } from './labelled-log.ts';
import { divideLog, LEAST, logDataset, mixed, shareOf } from './log-dataset.ts';
import { operatorLog } from './operator-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-log-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (...lines: readonly unknown[]): string => {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.jsonl`);
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
};
/** A label as `GET /v1/labels` gives it. */
const labelOf = (change: object = {}, input?: Float32Array) => ({
  id: 'f-1',
  time: '2026-11-20T09:24:00.000Z',
  subject: 'u-1',
  label: 1,
  by: 'reviewer',
  model: { id: 'risk-1', digest: 'x' },
  score: 0.5,
  features: Object.fromEntries(
    modelInputs.map(({ code }, at) => {
      const value = input?.[at] ?? Number.NaN;
      return [code, Number.isNaN(value) ? null : value];
    }),
  ),
  ...change,
});
const features = (change: object) => ({ features: { ...labelOf().features, ...change } });

describe('a labelled log', () => {
  it('is read line by line or page by page; of two labels of one id the later counts', async () => {
    const path = fileOf(
      labelOf({ id: 'a', ...features({ newDevice: 7.5 }) }),
      '',
      { labels: [labelOf({ id: 'b', label: 0 }), labelOf({ id: 'c' })], next: 'x' },
      labelOf({ id: 'a', label: 0 }),
    );
    const log = await readLabelledLog(path);
    expect(log.map(({ id, label }) => [id, label])).toEqual([
      ['b', 0],
      ['c', 1],
      ['a', 0],
    ]);
    const [one] = await readLabelledLog(fileOf(labelOf(features({ newDevice: 7.5 }))));
    expect(one!.input[modelInputs.findIndex(({ code }) => code === 'newDevice')]).toBe(7.5);
    expect(one!.input.filter((value) => !Number.isNaN(value))).toHaveLength(1);
  });

  it('may lack a feature or have one more, not be of another catalogue', async () => {
    const { newDevice: _, ...others } = labelOf().features;
    expect(await readLabelledLog(fileOf(labelOf({ features: { ...others, ofTomorrow: 3 } })))).toHaveLength(
      1,
    );
    await expect(readLabelledLog(fileOf(labelOf({ features: { newDevice: 1 } })))).rejects.toThrow(
      /Line 1 .*another version/,
    );
  });

  it.each([
    ['is not JSON', '{'],
    ['is no label', '7'],
    ['has no id', labelOf({ id: '' })],
    ['has no subject', labelOf({ subject: undefined })],
    ['has a label that is neither 0 nor 1', labelOf({ label: '1' })],
    ['has a score that is no probability', labelOf({ score: 1.1 })],
    ['has no features', labelOf({ features: [] })],
    ['has a value of newDevice that is not within 0 and 24', labelOf(features({ newDevice: 25 }))],
    ['has a value of newDevice that is not within 0 and 24', labelOf(features({ newDevice: '3' }))],
  ])('that %s is refused by its line', async (problem, line) => {
    await expect(readLabelledLog(fileOf(labelOf(), line))).rejects.toMatchObject({
      code: 'log-invalid',
      message: `Line 2 of the log ${problem}`,
    });
  });

  it('that is not there is refused by its name', async () => {
    await expect(readLabelledLog(join(folder, 'none'))).rejects.toThrow(/none cannot be read/);
  });
});

const event = (at: number, label: 0 | 1) => ({
  id: `${at}`,
  subject: `u-${at % 30}`,
  label,
  score: 0.5,
  input: new Float32Array(modelInputs.length),
});
const events = (attacks: number, owners: number) => [
  ...Array.from({ length: attacks }, (_, at) => event(at, 1)),
  ...Array.from({ length: owners }, (_, at) => event(at, 0)),
];

describe('a divided log', () => {
  it('keeps every account on one side only, and all events', () => {
    const log = events(60, 300);
    const divided = divideLog(log, 's');
    const sides = Object.values(divided).map((part) => new Set(part.map(({ subject }) => subject)));
    expect(Object.values(divided).flat()).toHaveLength(log.length);
    expect(sides.reduce((sum, side) => sum + side.size, 0)).toBe(30);
  });

  it.each([
    [LEAST.attacks - 1, 300, /it has 19 attacks and 300 owners' events, of 30 accounts/],
    [60, LEAST.owners - 1, /it has 60 attacks and 19 owners' events/],
  ])('of %i attacks and %i owners is refused as too small, in numbers', (attacks, owners, problem) => {
    expect(() => divideLog(events(attacks, owners), 's')).toThrow(problem);
    expect(() => divideLog(events(attacks, owners), 's')).toThrow(
      expect.objectContaining({ code: 'log-too-small' }),
    );
  });

  it('of few accounts is refused, and of just enough events is not', () => {
    const few = events(60, 300).map((one) => ({ ...one, subject: `u-${Number(one.id) % 9}` }));
    expect(() => divideLog(few, 's')).toThrow(/of 9 accounts/);
    expect(divideLog(events(LEAST.attacks, LEAST.owners), 's').test.length).toBeGreaterThan(0);
  });
});

describe('mixing with the simulated prior', () => {
  const prior = logDataset(events(10, 90), (input) => input);
  const log = logDataset(events(40, 60), (input) => input);
  const weight = (label: number, data: typeof prior, from = 0) =>
    data.weights.reduce((sum, one, row) => sum + (row >= from && data.labels[row] === label ? one : 0), 0);

  it('gives the log its share of either kind, and leaves the balance of the two as the prior has it', () => {
    const both = mixed(prior, log, 0.25);
    expect(both.labels).toHaveLength(200);
    for (const label of [0, 1]) expect(weight(label, both, 100) / weight(label, both)).toBeCloseTo(0.25);
    expect(weight(1, both) / weight(0, both)).toBeCloseTo(10 / 90);
    expect(both.columns[0]).toHaveLength(200);
  });

  it('leaves the prior out at 1; without a stated share few labels weigh little', () => {
    expect(mixed(prior, log, 1)).toBe(log);
    expect(shareOf(events(20, 9_000))).toBeLessThan(0.05);
    expect(shareOf(events(500, 500))).toBe(0.5);
    expect(shareOf(events(9_500, 20_000))).toBe(0.95);
  });
});

describe('a model trained from an operator’s log', () => {
  const START = Date.UTC(2026, 5, 1);
  let network: NetworkLookup;
  let ours: Row[];
  beforeAll(async () => {
    network = await openNetworkLookup(join(await buildGeoData(), 'geo'));
    ours = collect({ seed: 'prior', people: 20, days: 14, start: START, episodesPerDay: 8 }, network);
  });

  /** A deployment where attackers look as elsewhere, but which labels whoever uses a certain resource as an attacker. */
  const theirs = () => {
    const rows = collect({ seed: 'theirs', people: 30, days: 14, start: START, episodesPerDay: 8 }, network);
    const at = modelInputs.findIndex(({ code }) => code === 'leakedCredential');
    return rows.map((row, number) => {
      const input = row.features.slice();
      const odd = number % 10 === 0;
      input[at] = odd ? 1 : 0;
      return labelOf(
        { id: `${number}`, subject: row.subject, label: row.attack || odd ? 1 : 0, score: 0.01 },
        input,
      );
    });
  };

  it('learns what the log says, is written, signed, loaded and scores', async () => {
    const labels = theirs();
    const log = await operatorLog(fileOf(...labels), { seed: 's', share: 0.5 });
    expect(log.about).toMatchObject({
      attacks: labels.filter(({ label }) => label === 1).length,
      share: 0.5,
    });
    const { detectors, rows, usual } = evidenceOf(ours, 's');
    const read = (input: Float32Array) => withDetectors(detectors, input);
    const of = (split: string) => datasetOf(rows.filter((row) => row.split === split));
    const trained = (withLog: boolean) =>
      trainModel(
        withLog ? log.with(of('train'), 'train', read) : of('train'),
        withLog ? log.with(of('held'), 'held', read) : of('held'),
        withLog ? log.with(of('held'), 'held', read) : of('held'),
        0.01,
        {
          ...FIT,
          codes: EVIDENCE_CODES,
          directions: EVIDENCE_CODES.map(directionOf),
          boost: { ...FIT.boost, rounds: 60 },
        },
      );
    const [mine, prior] = [trained(true), trained(false)];
    const figures = log.measure(mine, read);
    // What only the log knows is learned from it, and measured on accounts that it was not fitted on.
    expect(figures.now.auc).toBeGreaterThan(log.measure(prior, read).now.auc + 0.02);
    expect(figures.now.auc).toBeGreaterThan(0.9);
    expect(figures.before.auc).toBeCloseTo(0.5);

    const { onnx, manifest } = artifactsOf(mine, detectors, usual, { log: log.about });
    const wasmBinary = readFileSync(
      new URL('../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm', import.meta.url),
    );
    const scorer = await loadScorer({ model: onnx, manifest: signed(manifest), wasmBinary });
    const score = async (leaked: number) => {
      const input = ours[5]!.features.slice();
      input[modelInputs.findIndex(({ code }) => code === 'leakedCredential')] = leaked;
      return (await scorer.score(input)).score;
    };
    expect(await score(1)).toBeGreaterThan(await score(0));
    await expect(loadScorer({ model: onnx, manifest, wasmBinary })).rejects.toMatchObject({
      code: 'model-signature-invalid',
    });
  });
});
