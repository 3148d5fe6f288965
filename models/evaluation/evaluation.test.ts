import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadScorer, type Scorer } from '../../functions/risk/index.ts';
import { openNetworkLookup } from '../../functions/signals/index.ts';
import { buildGeoData } from '../../infra/geo-data.ts';
import type { AsIf } from '../simulator/person.ts';
import { randomFrom } from '../simulator/random.ts';
import { simulate } from '../simulator/simulate.ts';
import { ablate } from './ablation.ts';
import { AddressBook } from './address-book.ts';
import { ATTACKERS } from './attackers/index.ts';
import { bootstrap } from './bootstrap.ts';
import { compare, reauthentication, scoresOf, thresholdFor } from './compare.ts';
import { equalTreatment } from './equal-treatment.ts';
import { type Evaluated, judgeAll } from './judge.ts';
import { poisoning } from './poisoning.ts';
import { robustness } from './robustness.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));
const options = { seed: 'test', people: 40, days: 24, start: Date.UTC(2026, 8, 7), attacks: 12 };
let world: Evaluated;
let network: Awaited<ReturnType<typeof openNetworkLookup>>;
let scorer: Awaited<ReturnType<typeof loadScorer>>;

beforeAll(async () => {
  network = await openNetworkLookup(join(await buildGeoData(), 'geo'));
  scorer = await loadScorer({
    model: read('models/risk.onnx'),
    manifest: JSON.parse(read('models/risk.manifest.json').toString()),
    wasmBinary: read('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
  });
  world = await judgeAll(options, network, scorer);
});

describe('the evaluation', () => {
  it('uses no code of the training attackers', () => {
    const folder = ['attacker', 'wiefling', 'campaigns', 'service-theft', 'index'];
    for (const name of folder) {
      expect(read(`models/evaluation/attackers/${name}.ts`).toString()).not.toMatch(/from '.*training/);
    }
  });

  it('judges every kind of attack, each in the counted days', () => {
    const kinds = new Set(world.judged.flatMap((login) => (login.attack ? [login.attack] : [])));
    expect([...kinds].sort()).toEqual(Object.keys(ATTACKERS).sort());
    expect(world.judged.filter((login) => login.attack).every((login) => login.counted)).toBe(true);
  });

  it('finds the shipped model far better than chance, and chance as good as chance', () => {
    const rows = compare(world.judged, scoresOf(world.judged, 'test'), 'test', 5);
    const of = (contender: string) => rows.filter((row) => row.contender === contender);
    for (const row of of('countersign')) expect(row.auc, row.attacker).toBeGreaterThan(0.75);
    const chance = of('random').reduce((sum, row) => sum + row.auc, 0) / of('random').length;
    expect(Math.abs(chance - 0.5)).toBeLessThan(0.1);
  });

  it('counts those who are asked again at a threshold that catches enough', () => {
    expect(thresholdFor([5, 4, 3, 2, 1], 0.6)).toBe(3);
    expect(thresholdFor([5, 4, 3, 2, 1], 1)).toBe(1);
    for (const row of reauthentication(world.judged, scoresOf(world.judged, 'test'), {
      seed: 'test',
      rounds: 10,
    })) {
      expect(row.median.value >= 0 && row.median.value <= 1).toBe(true);
      expect(row.median.low).toBeLessThanOrEqual(row.median.high);
    }
  });

  it('loses nothing by a signal that says nothing', () => {
    const silent = world.judged.map((login) => ({ ...login, contributions: new Float32Array(1) }));
    expect(ablate(silent, ['nothing'], ['naive'])).toEqual([
      { code: 'nothing', lost: [{ attacker: 'naive', auc: 0, recall: 0 }] },
    ]);
  });

  it('makes evasion dearer the less may be copied, and guards the baselines', async () => {
    const evasion = await robustness(world, scorer, -2.9, randomFrom('r'), 6);
    expect(evasion.rows[0]!.caught).toBeGreaterThanOrEqual(evasion.rows.at(-1)!.caught);
    expect(evasion.medianCost).toBeGreaterThan(0);
    const drips = await poisoning(world, scorer, -2.9, randomFrom('p'), 4);
    for (const row of drips) expect(row.shareGuarded).toBeLessThanOrEqual(row.shareUnguarded + 1e-9);
  }, 60_000);
});

describe('equal treatment', () => {
  const treatment = { seed: 'test', people: 20, days: 20, start: options.start, rounds: 50 };

  it('finds no difference where everybody is asked, and says so for every circumstance', async () => {
    const rows = await equalTreatment({ ...treatment, stepUp: -100 }, network, scorer);
    expect(new Set(rows.map((row) => row.dimension))).toEqual(
      new Set(['country', 'device class', 'connection', 'agent']),
    );
    for (const row of rows) {
      expect(row.perThousand).toBe(1000);
      expect(row.ratio.value).toBeCloseTo(1, 1);
      expect(row.unfair).toBe(false);
    }
  }, 60_000);

  it('fails loudly where one circumstance alone is asked', async () => {
    const base = await scorer.score(new Float32Array(scorer.features.length).fill(Number.NaN));
    const biased: Scorer = {
      ...scorer,
      model: scorer.model,
      features: scorer.features,
      // Asks whoever has no agent of the common kind: a made-up model that treats assistive agents worse.
      score: async (features) => ({
        ...base,
        base: (features[scorer.features.indexOf('suspiciousAgent')] ?? 0) > 0 ? 5 : -5,
        contributions: [],
      }),
    };
    const rows = await equalTreatment({ ...treatment, stepUp: 0 }, network, biased);
    expect(rows.find((row) => row.circumstance === 'assistive')).toMatchObject({ unfair: true });
    expect(rows.find((row) => row.circumstance === 'common')).toMatchObject({ unfair: false });
  }, 60_000);
});

describe('the same people elsewhere', () => {
  it('keep their habits and change only their circumstances', () => {
    const people = (asIf?: AsIf) =>
      simulate({
        seed: 's',
        people: 15,
        days: 5,
        start: options.start,
        ...(asIf ? { asIf } : {}),
      }).people.map(({ person }) => person);
    const [drawn, moved] = [people(), people({ country: 'JP' })];
    expect(moved.every((person) => person.carrier.city.country === 'JP')).toBe(true);
    expect(moved.map((person) => person.perDay)).toEqual(drawn.map((person) => person.perDay));
    expect(moved.map((person) => person.secondFactor)).toEqual(drawn.map((person) => person.secondFactor));
    expect(
      people({ first: 'assistive' }).every((person) => person.devices[0]!.agent.device === 'assistive'),
    ).toBe(true);
  });
});

describe('the bootstrap', () => {
  it('holds the value in its interval and is wider for fewer people', () => {
    const items = (people: number) =>
      Array.from({ length: 200 }, (_, i) => ({ subject: `${i % people}`, value: i % people }));
    const mean = (list: readonly { value: number }[]) =>
      list.reduce((sum, item) => sum + item.value, 0) / list.length;
    const few = bootstrap(items(5), (list) => mean(list) / 5, { seed: 'a' });
    const many = bootstrap(items(100), (list) => mean(list) / 100, { seed: 'a' });
    expect(few.low).toBeLessThanOrEqual(few.value);
    expect(few.high).toBeGreaterThanOrEqual(few.value);
    expect(few.high - few.low).toBeGreaterThan(many.high - many.low);
  });
});

describe('the address book', () => {
  it('finds a neighbour in another prefix of the same operator', () => {
    const book = new AddressBook(randomFrom('b'), network, 500);
    for (const ip of ['81.2.69.142', '89.160.20.112', '175.16.199.37']) {
      const near = book.near(randomFrom('n', ip), ip);
      const [own, theirs] = [network.lookup(ip), near.facts];
      expect(theirs.prefix).not.toBe(own.prefix);
      expect(theirs.asn === own.asn || theirs.country === own.country).toBe(true);
    }
  });

  it('goes abroad when asked to', () => {
    const book = new AddressBook(randomFrom('b'), network, 500);
    const random = randomFrom('abroad');
    for (let i = 0; i < 50; i++) expect(book.abroad(random, 'US').facts.country).not.toBe('US');
  });
});
