import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateTerms } from '../../models/onnx/additive-model.ts';
import { writeModel } from '../../models/onnx/write-model.ts';
import { featuresOf, manifestOf, signed } from '../../models/testing/manifest-of.ts';
import { randomModel } from '../../models/testing/random-model.ts';
import { BASE_BOUND, LOGIT_BOUND, loadScorer, parseManifest, type RiskManifest } from './index.ts';

const wasmBinary = readFileSync(
  new URL('../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm', import.meta.url),
);
const model = randomModel(7);
const bytes = writeModel(model, 'test');
const manifest = manifestOf(model, bytes);
const parts = { model: bytes, manifest, wasmBinary, features: featuresOf(model) };

/** Values that decide at an edge: missing, the cuts themselves and their float32 neighbours, the ends. */
const cuts = model.terms.flatMap((term) => term.cuts.flat());
const value = fc.oneof(
  fc.constantFrom(
    Number.NaN,
    -1,
    1,
    0,
    -0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    3.4e38,
    -3.4e38,
  ),
  fc.constantFrom(...cuts),
  fc.tuple(fc.constantFrom(...cuts), fc.constantFrom(-1, 1)).map(([cut, step]) => neighbour(cut, step)),
  fc.float({ min: -1.5, max: 1.5 }),
);
const vector = fc
  .array(value, { minLength: model.width, maxLength: model.width })
  .map((values) => Float32Array.from(values));

function neighbour(cut: number, step: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, cut);
  view.setInt32(0, view.getInt32(0) + step);
  return view.getFloat32(0);
}

describe('a loaded model', () => {
  it('gives exactly the contributions of the oracle, and a score that they add up to', async () => {
    const scorer = await loadScorer(parts);
    await fc.assert(
      fc.asyncProperty(vector, async (features) => {
        const { score, base, contributions } = await scorer.score(features);
        expect(contributions.map((term) => term.contribution)).toEqual([...evaluateTerms(model, features)]);
        expect(contributions.map((term) => term.code)).toEqual(model.terms.map((term) => term.code));
        const sum = contributions.reduce((logit, term) => logit + term.contribution, base);
        expect(Math.abs(Math.log(score / (1 - score)) - sum)).toBeLessThan(1e-6);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the logit of a printed score to 1e-6 at the very bound', async () => {
    const { score, base, contributions } = await highestScore(1e-3);
    expect(base + contributions.reduce((sum, term) => sum + term.contribution, 0)).toBeGreaterThan(15.99);
    const printed = JSON.parse(JSON.stringify({ score, base, contributions }));
    const sum = printed.contributions.reduce(
      (logit: number, term: { contribution: number }) => logit + term.contribution,
      printed.base,
    );
    expect(Math.abs(Math.log(printed.score / (1 - printed.score)) - sum)).toBeLessThan(1e-6);
  });

  it('answers many questions asked at once, each with its own', async () => {
    const scorer = await loadScorer(parts);
    const vectors = fc.sample(vector, { numRuns: 50, seed: 5 });
    const answers = await Promise.all(vectors.map((features) => scorer.score(features)));
    answers.forEach((answer, i) => {
      expect(answer.contributions.map((term) => term.contribution)).toEqual([
        ...evaluateTerms(model, vectors[i]!),
      ]);
    });
  });

  it('scores the vector as it was when asked, and is unharmed by one of the wrong length', async () => {
    const scorer = await loadScorer(parts);
    const features = new Float32Array(model.width).fill(0.1);
    const expected = [...evaluateTerms(model, features)];
    const wrong = scorer.score(new Float32Array(model.width + 1));
    const asked = scorer.score(features);
    features.fill(0.9);
    await expect(wrong).rejects.toMatchObject({ code: 'features-mismatch' });
    expect((await asked).contributions.map((term) => term.contribution)).toEqual(expected);
  });
});

/** The score of a model whose terms would all go far beyond the bound, given room up to a margin below it. */
async function highestScore(margin: number) {
  const strong = {
    ...model,
    terms: model.terms.map((term) => ({ ...term, cells: term.cells.map(() => 4) })),
  };
  const base = -2.5;
  const bold = { ...strong, room: { up: LOGIT_BOUND - margin - base, down: LOGIT_BOUND - margin + base } };
  const onnx = writeModel(bold, 'test');
  const scorer = await loadScorer({ ...parts, model: onnx, manifest: manifestOf(bold, onnx, base) });
  return scorer.score(new Float32Array(model.width).fill(0.3));
}

describe('terms that would pass the bound', () => {
  it('shrink by one factor and still add up', async () => {
    const { contributions } = await highestScore(1e-3);
    expect(new Set(contributions.map((term) => term.contribution)).size).toBe(1);
    expect(contributions[0]!.contribution).toBeCloseTo((LOGIT_BOUND + 2.5) / contributions.length, 3);
  });

  it('make a model unfit when they pass it nevertheless', async () => {
    await expect(highestScore(-0.01)).rejects.toMatchObject({ code: 'model-output-invalid' });
  });
});

describe('a model is refused', () => {
  it('when one bit of it differs', async () => {
    const bent = bytes.slice();
    bent[bent.length >> 1]! ^= 1;
    await expect(loadScorer({ ...parts, model: bent })).rejects.toMatchObject({
      code: 'model-digest-mismatch',
    });
  });

  it.each([
    ['order', [...parts.features].reverse()],
    ['number', parts.features.slice(1)],
    ['unit', parts.features.map((feature, i) => (i === 3 ? { ...feature, unit: 'km/h' } : feature))],
    [
      'range',
      parts.features.map((feature, i) => (i === 3 ? { ...feature, range: [0, 1] as const } : feature)),
    ],
  ])('when the code computes features of another %s', async (_, features) => {
    await expect(loadScorer({ ...parts, features })).rejects.toMatchObject({ code: 'features-mismatch' });
  });

  it('when its graph has another shape than the manifest, though the digest fits', async () => {
    const other = writeModel(randomModel(7, 12, 2), 'test');
    const forged = signed({ ...manifest, modelDigest: manifestOf(model, other).modelDigest });
    await expect(loadScorer({ ...parts, model: other, manifest: forged })).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });

  it('when it is no ONNX at all, though the digest fits', async () => {
    const junk = new TextEncoder().encode('not a model');
    const forged = signed({ ...manifest, modelDigest: manifestOf(model, junk).modelDigest });
    await expect(loadScorer({ ...parts, model: junk, manifest: forged })).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });

  it('when a leaf lies outside the range that the manifest states for its term', async () => {
    const narrow = signed({
      ...manifest,
      terms: manifest.terms.map((term) => ({ ...term, min: 0, max: 0 })),
    });
    await expect(loadScorer({ ...parts, manifest: narrow })).rejects.toMatchObject({
      code: 'model-output-invalid',
    });
  });
});

describe('a manifest', () => {
  it('may start near the bound but must leave room', () => {
    expect(parseManifest({ ...manifest, base: -BASE_BOUND }).base).toBe(-12);
    expect(() => parseManifest({ ...manifest, base: -BASE_BOUND - 1e-6 })).toThrow(/base/);
  });

  it.each<[keyof RiskManifest, unknown]>([
    ['format', 'countersign-risk/2'],
    ['id', ''],
    ['modelDigest', 'ABC'],
    ['featuresDigest', undefined],
    ['features', []],
    ['base', Number.NaN],
    ['terms', [{ code: 'f0', min: 1, max: 0 }]],
    ['terms', [{ code: 'f0', min: 0, max: 0.1 }]],
    ['training', null],
  ])('is refused with a wrong %s', (member, wrong) => {
    expect(() => parseManifest({ ...manifest, [member]: wrong })).toThrow(
      expect.objectContaining({ code: 'model-invalid' }),
    );
  });
});
