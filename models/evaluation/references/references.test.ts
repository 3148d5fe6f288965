import { describe, expect, it } from 'vitest';
import { emptyBaseline, learn, type Observation } from '../../../functions/baselines/index.ts';
import { IsolationForest } from '../../detectors/isolation-forest.ts';
import { randomFrom } from '../../simulator/random.ts';
import type { Seen } from '../../training/replay.ts';
import { Freeman, type LoginProperties } from './freeman.ts';
import { plainRules } from './plain-rules.ts';

const home: LoginProperties = {
  ip: '1',
  asn: 'A',
  country: 'NO',
  agent: 'Chrome 1',
  browser: 'Chrome',
  system: 'Windows',
  device: 'desktop',
};

describe('the model of Freeman et al.', () => {
  const model = new Freeman();
  for (let i = 0; i < 20; i++) {
    model.learn('ann', home);
    model.learn('bob', { ...home, ip: '2', asn: 'B', country: 'SE' });
  }

  it('rates what the user always does lowest, and worse step by step', () => {
    const scores = [
      home,
      { ...home, ip: '3' },
      { ...home, ip: '3', asn: 'C' },
      { ...home, ip: '3', asn: 'C', country: 'DE' },
      { ...home, ip: '3', asn: 'C', country: 'DE', agent: 'x', browser: 'x', system: 'x', device: 'x' },
    ].map((login) => model.score('ann', login));
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1]!);
  });

  it('does not take what is usual for others as usual for the user', () => {
    expect(model.score('ann', { ...home, ip: '2', asn: 'B', country: 'SE' })).toBeGreaterThan(
      model.score('ann', home) + 1,
    );
  });

  it('is worse for a user it hardly knows', () => {
    model.learn('eve', home);
    expect(model.score('eve', home)).toBeGreaterThan(model.score('ann', home));
  });
});

describe('the isolation forest', () => {
  const random = randomFrom('forest');
  const rows = Array.from({ length: 400 }, () =>
    Float32Array.of(random(), random(), random() < 0.1 ? Number.NaN : 0.5 + random() / 10),
  );
  const forest = new IsolationForest(randomFrom('trees'), rows);

  it('sets an outlier apart from the usual', () => {
    const usual = rows.slice(0, 50).reduce((sum, row) => sum + forest.score(row), 0) / 50;
    expect(forest.score(Float32Array.of(9, 9, 9))).toBeGreaterThan(usual + 0.08);
  });

  it('takes a missing value for a usual one', () => {
    const missing = forest.score(Float32Array.of(0.5, 0.5, Number.NaN));
    expect(missing).toBeLessThan(forest.score(Float32Array.of(0.5, 0.5, 5)));
  });
});

describe('plain rules', () => {
  const observation = (device: string, country: string, at: number): Observation => ({
    eventKey: `${at}`,
    time: at,
    teaches: true,
    failed: false,
    factorFailed: false,
    keys: { device, country },
    place: { latitude: 59.9, longitude: 10.7, radiusKm: 20, prefix: 'p' },
  });
  const known = learn(emptyBaseline(), observation('d', 'NO', 1e12));
  const seen = (device: string, country: string, minutes: number, latitude: number) =>
    ({
      subject: known,
      facts: {
        event: { time: 1e12 + minutes * 60_000 },
        network: { latitude, longitude: 10.7 },
        observation: observation(device, country, 1e12),
      },
    }) as unknown as Seen;

  it.each([
    ['nothing new', seen('d', 'NO', 60, 59.9), 0],
    ['a new device', seen('e', 'NO', 60, 59.9), 1],
    ['a new country too', seen('e', 'SE', 60, 59.9), 2],
    ['too fast as well', seen('e', 'SE', 60, 50), 3],
    ['the same way in half a day', seen('d', 'NO', 720, 50), 0],
  ])('count %s', (_, login, count) => {
    expect(plainRules(login)).toBe(count);
  });

  it('say nothing of a stranger', () => {
    expect(plainRules({ ...seen('e', 'SE', 60, 50), subject: emptyBaseline() })).toBe(0);
  });
});
