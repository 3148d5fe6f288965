import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadScorer, parseManifest, type Scorer } from '../../functions/risk/index.ts';
import { catalogue, modelInputs, RECENT_WIDTH } from '../../functions/signals/index.ts';
import { evaluateTerms } from '../onnx/additive-model.ts';
import { normal, type Random, randomFrom } from '../simulator/random.ts';
import { signed } from '../testing/manifest-of.ts';
import { randomModel } from '../testing/random-model.ts';
import { artifactsOf } from '../training/artifacts.ts';
import { detect, LEAST_KNOWN, trainDetectors } from './index.ts';
import { SequenceDetector } from './sequence.ts';

const WIDTH = catalogue.length;
const wasmBinary = readFileSync(
  new URL('../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm', import.meta.url),
);

/** An owner's input: small values, the second signal always twice the first, steps that stay the same. */
function ordinary(random: Random): Float32Array {
  const input = Float32Array.from(modelInputs, ({ range: [low, high] }, i) =>
    i < WIDTH ? low + Math.min(high - low, Math.abs(normal(random, 0, 0.5))) : 0,
  );
  input[1] = 2 * input[0]!;
  for (let i = 12; i < WIDTH; i += 5) if (random() < 0.3) input[i] = Number.NaN;
  for (let i = WIDTH; i < input.length; i += RECENT_WIDTH) input[i] = Math.abs(normal(random, 3, 2));
  return input;
}

const random = randomFrom('detectors');
const owners = Array.from({ length: 3_000 }, () => ordinary(random));
const detectors = trainDetectors(owners, WIDTH, 'test');
const base = randomModel(11, WIDTH + 3, 2);
const model = { ...base, base: -3, loss: 0 };
const { onnx, manifest: unsigned } = artifactsOf(model, detectors, [0.6, 1, 3], {});
const manifest = signed(unsigned);
const parts = { model: onnx, manifest, wasmBinary };
let scorer: Scorer;
beforeAll(async () => {
  scorer = await loadScorer(parts);
});

const value = fc.oneof(
  fc.constantFrom(Number.NaN, 0, 0.5, 1),
  fc.float({ min: -2, max: 30, noNaN: true }),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4e38),
);
const input = fc
  .array(value, { minLength: modelInputs.length, maxLength: modelInputs.length })
  .map((values) => Float32Array.from(values));

describe('the detectors in the graph', () => {
  it('find what their oracle finds, missing values and all', async () => {
    await fc.assert(
      fc.asyncProperty(input, async (features) => {
        const { detectors: found } = await scorer.score(features);
        detect(detectors, features).forEach((expected, i) => {
          const { value: actual } = found[i]!;
          if (Number.isNaN(expected)) expect(actual).toBeNaN();
          else expect(Math.abs(actual - expected)).toBeLessThan(1e-3 * (1 + Math.abs(expected)));
        });
      }),
      { numRuns: 500 },
    );
  });

  it('have contributions of their own, and base and contributions add up to the logit', async () => {
    await fc.assert(
      fc.asyncProperty(input, async (features) => {
        const scored = await scorer.score(features);
        const evidence = Float32Array.from([
          ...features.subarray(0, WIDTH),
          ...scored.detectors.map((one) => one.value),
        ]);
        const width = evidence.length;
        expect(scored.contributions.map((term) => term.contribution)).toEqual([
          ...evaluateTerms({ ...model, width }, evidence),
        ]);
        const sum = scored.contributions.reduce((logit, term) => logit + term.contribution, scored.base);
        expect(Math.abs(Math.log(scored.score / (1 - scored.score)) - sum)).toBeLessThan(1e-6);
      }),
      { numRuns: 500 },
    );
  });

  it('say nothing where too little is known, and do where just enough is', async () => {
    const features = new Float32Array(modelInputs.length).fill(Number.NaN);
    features.fill(0.1, 0, LEAST_KNOWN - 1);
    expect((await scorer.score(features)).detectors.map((one) => one.value)).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    features[LEAST_KNOWN] = 0.1;
    features[WIDTH + 1] = 0;
    const found = (await scorer.score(features)).detectors.map((one) => one.value);
    expect(found.every((one) => Number.isFinite(one))).toBe(true);
  });
});

describe('a model with detectors is refused', () => {
  it('when its manifest names other detectors than the graph has', async () => {
    const fewer = signed({ ...manifest, detectors: manifest.detectors.slice(1) });
    await expect(loadScorer({ ...parts, manifest: fewer })).rejects.toMatchObject({ code: 'model-invalid' });
    const none = signed({ ...manifest, detectors: [] });
    await expect(loadScorer({ ...parts, manifest: none })).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('when a detector has no usual value', () => {
    expect(() => parseManifest({ ...manifest, detectors: [{ code: 'isolation' }] })).toThrow(
      expect.objectContaining({ code: 'model-invalid' }),
    );
  });
});

describe('what is unlike owners', () => {
  const usual = owners.slice(0, 200).map((row) => detect(detectors, row));
  const median = (i: number) => usual.map((found) => found[i]!).sort((a, b) => a - b)[100]!;

  it('stands out to the forest and to the autoencoder', () => {
    const strange = ordinary(randomFrom('strange')).map((one, i) => (i < WIDTH && i % 3 === 0 ? 8 : one));
    const [isolation, reconstruction] = detect(detectors, strange);
    expect(isolation).toBeGreaterThan(median(0) + 0.05);
    expect(reconstruction).toBeGreaterThan(2 * median(1));
  });

  it('stands out to the autoencoder by the combination alone', () => {
    const torn = ordinary(randomFrom('torn'));
    [torn[0], torn[1]] = [0, 2];
    const whole = torn.slice();
    [whole[0], whole[1]] = [1, 2];
    expect(detect(detectors, torn)[1]).toBeGreaterThan(detect(detectors, whole)[1]!);
  });
});

describe('the sequence detector', () => {
  /** Owners of two kinds: some come from a new network every time, some never do. */
  const steps = (roams: boolean, now: number) => {
    const row = new Float32Array(modelInputs.length - WIDTH);
    for (let i = 0; i < row.length; i += RECENT_WIDTH) row.set([4, 0, 0, roams ? 1 : 0, 0], i);
    row[3] = now;
    return row;
  };
  const rows = Array.from({ length: 2_000 }, (_, i) => steps(i % 2 === 0, i % 2 === 0 ? 1 : 0));
  const detector = new SequenceDetector(randomFrom('sequence'), rows);

  it('expects of each what each does', () => {
    expect(detector.score(steps(true, 1))).toBeLessThan(0.5);
    expect(detector.score(steps(false, 1))).toBeGreaterThan(3);
    expect(detector.score(steps(false, 0))).toBe(0);
    expect(detector.score(steps(false, 0.5))).toBe(0);
  });

  it('says nothing of a first event', () => {
    expect(detector.score(new Float32Array(modelInputs.length - WIDTH).fill(Number.NaN))).toBeNaN();
  });
});
