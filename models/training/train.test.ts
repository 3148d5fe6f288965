import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelInputs, type NetworkLookup, openNetworkLookup } from '../../functions/signals/index.ts';
import { buildGeoData } from '../../infra/geo-data.ts';
import { randomFrom } from '../simulator/random.ts';
import { simulate } from '../simulator/simulate.ts';
import { artifactsOf } from './artifacts.ts';
import { ATTACKS, attack } from './attackers/index.ts';
import { asMet, collect, datasetOf, type Row } from './collect.ts';
import { directionOf } from './directions.ts';
import { EVIDENCE_CODES, evidenceOf } from './evidence.ts';
import { trainModel } from './finish.ts';
import { measure } from './measure.ts';
import { Replay } from './replay.ts';
import { FIT } from './settings.ts';
import { silenced } from './silence.ts';

const START = Date.UTC(2026, 5, 1);
const tiny = { people: 30, days: 20, start: START, episodesPerDay: 12 };
let network: NetworkLookup;
let rows: Row[];

beforeAll(async () => {
  network = await openNetworkLookup(join(await buildGeoData(), 'geo'));
  rows = collect({ ...tiny, seed: 'a' }, network);
});

function train(from: readonly Row[]) {
  const { detectors, rows: all, usual } = evidenceOf(from, 'a');
  const of = (split: string) => all.filter((row) => row.split === split);
  const model = trainModel(datasetOf(of('train')), datasetOf(of('held')), asMet(of('held')), 0.01, {
    ...FIT,
    codes: EVIDENCE_CODES,
    directions: EVIDENCE_CODES.map(directionOf),
    boost: { ...FIT.boost, rounds: 40 },
  });
  return { model, detectors, usual, test: of('test') };
}

describe('training', () => {
  it('gives the same bytes for the same seed and other bytes for another', () => {
    const bytes = (from: readonly Row[]) => {
      const { model, detectors, usual } = train(from);
      return artifactsOf(model, detectors, usual, {}).onnx;
    };
    const first = bytes(rows);
    expect(bytes(collect({ ...tiny, seed: 'a' }, network))).toEqual(first);
    expect(bytes(collect({ ...tiny, seed: 'b' }, network))).not.toEqual(first);
  });

  it('learns to tell attackers from owners even on a tiny population', () => {
    const { model, test } = train(rows);
    expect(measure(model, test, 0.01).overall.auc).toBeGreaterThan(0.9);
  });

  it('lets what a signal can say only move the risk its way', () => {
    const { model } = train(rows);
    for (const term of model.terms.filter(({ features }) => features.length === 1)) {
      const direction = directionOf(term.code);
      for (let cell = 2; cell < term.cells.length; cell++) {
        expect((term.cells[cell]! - term.cells[cell - 1]!) * direction).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

describe('the rows', () => {
  it('hold every feature within its range or missing', () => {
    for (const { features } of rows) {
      features.forEach((value, i) => {
        const [least, greatest] = modelInputs[i]!.range;
        if (Number.isNaN(value)) return;
        expect(value, modelInputs[i]!.code).toBeGreaterThanOrEqual(least);
        expect(value, modelInputs[i]!.code).toBeLessThanOrEqual(Math.fround(greatest));
      });
    }
  });

  it('hold every kind of attack and every split', () => {
    expect(new Set(rows.map((row) => row.attack)).size).toBe(ATTACKS.length + 1);
    expect(new Set(rows.map((row) => row.split))).toEqual(new Set(['train', 'held', 'test']));
  });
});

describe('a staged attack', () => {
  const population = simulate({ seed: 'a', people: 30, days: 5, start: START });
  const scene = {
    people: population.people,
    services: population.services,
    tenant: 'default',
    name: 'x',
    time: START + 1e8,
  };

  it.each(ATTACKS)('%s is in time order, each event with an id of its own', (kind) => {
    const { events } = attack(randomFrom('a', kind), kind, scene);
    expect(events.length).toBeGreaterThan(0);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    events.slice(1).forEach((event, i) => {
      expect(event.time).toBeGreaterThanOrEqual(events[i]!.time);
    });
  });

  it('leaves no trace outside its branch', () => {
    const replay = new Replay(network);
    const events = [...simulate({ seed: 'a', people: 30, days: 5, start: START }).events()];
    for (const event of events) replay.learn(replay.see(event), event.outcome === 'success');
    const next = { ...events[events.length - 1]!, id: 'next', time: START + 6 * 86_400_000 };
    const before = replay.see(next).features;
    const branch = replay.fork();
    for (let i = 0; i < 20; i++)
      branch.learn(
        branch.see({ ...next, id: `bad-${i}`, outcome: 'failure', time: next.time - 1000 }),
        false,
      );
    expect(branch.see(next).features).not.toEqual(before);
    expect(replay.see(next).features).toEqual(before);
  });
});

describe('a source that states less', () => {
  it('makes evidence missing and changes nothing else', () => {
    const event = [...simulate({ seed: 'a', people: 5, days: 3, start: START }).events()][3]!;
    const all = silenced(randomFrom('a'), event, 1);
    expect(all).toMatchObject({ id: event.id, subject: event.subject, outcome: event.outcome, factors: [] });
    expect([all.network, all.agent, all.application, all.resource]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(silenced(randomFrom('a'), event, 0)).toEqual(event);
  });
});
