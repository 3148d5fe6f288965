import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeBaseline, emptyBaseline, encodeBaseline, learn } from '../functions/baselines/index.ts';
import { fixtureEnvelopes, readFixture } from '../functions/events/fixtures/index.ts';
import type { AuthEvent } from '../functions/events/index.ts';
import { loadScorer, type Scorer } from '../functions/risk/index.ts';
import { type NetworkLookup, openNetworkLookup } from '../functions/signals/index.ts';
import { buildGeoData } from '../infra/geo-data.ts';
import { firstObservations, firstPopulation, firstRecords } from './population.ts';
import { Replay } from './training/replay.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url));
const options = { seed: '1', people: 20, days: 15, until: Date.UTC(2026, 10, 20, 9) };
const pseudonymKey = 'a key that is as long as it has to be';
const meets = fixtureEnvelopes()
  .map(readFixture)
  .filter((event): event is AuthEvent => 'type' in event && event.type === 'authentication')
  .sort((a, b) => a.time - b.time);
let network: NetworkLookup;
let scorer: Scorer;

beforeAll(async () => {
  network = await openNetworkLookup(join(await buildGeoData(), 'geo'));
  scorer = await loadScorer({
    model: read('models/risk.onnx'),
    manifest: JSON.parse(read('models/risk.manifest.json').toString()),
    wasmBinary: read('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
  });
});

describe('the first population', () => {
  it('is the same for the same options and ends when told', () => {
    const events = [...firstPopulation(options)];
    expect([...firstPopulation(options)]).toEqual(events);
    expect(events.length).toBeGreaterThan(200);
    expect(Math.max(...events.map((event) => event.time))).toBeLessThanOrEqual(options.until);
  });

  it('gives the subjects of events to come a past before their first event', () => {
    const first = new Map<string, number>();
    for (const event of meets) if (!first.has(event.subject.id)) first.set(event.subject.id, event.time);
    const past = [...firstPopulation({ ...options, people: 1, meets })].filter((event) =>
      event.id.startsWith('past-'),
    );
    expect(new Set(past.map((event) => event.subject.id)).size).toBeGreaterThan(20);
    for (const event of past) expect(event.time).toBeLessThan(first.get(event.subject.id)!);
  });

  it('loads as records that the store can hold, each the sum of its observations', () => {
    const events = [...firstPopulation(options)];
    const { baselines, counters } = firstRecords(events, { network, pseudonymKey });
    const observations = firstObservations(events, { network, pseudonymKey });
    const subjects = [...baselines].filter(([key]) => key.startsWith('s#'));
    expect(subjects.map(([key]) => key).sort()).toEqual([...observations.keys()].sort());
    for (const [key, baseline] of subjects) {
      const learned = observations.get(key)!.reduce((so, seen) => learn(so, seen), emptyBaseline());
      expect(baseline).toEqual(learned);
      expect(decodeBaseline(encodeBaseline(baseline), baseline.version)).toEqual(baseline);
    }
    expect([...counters.keys()].every((key) => key.endsWith('#0'))).toBe(true);
  });

  it('makes the fixture events interesting: most are low risk, and some are not', async () => {
    const replay = new Replay(network);
    for (const event of firstPopulation({ ...options, meets }))
      replay.learn(replay.read(event), event.outcome === 'success');
    const scores: number[] = [];
    for (const event of meets) scores.push((await scorer.score(replay.see(event).features)).score);
    expect(scores.filter((score) => score < 0.05).length).toBeGreaterThan(scores.length * 0.4);
    expect(scores.filter((score) => score >= 0.05).length).toBeGreaterThan(scores.length * 0.1);
  });
});
