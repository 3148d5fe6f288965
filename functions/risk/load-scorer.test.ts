import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateTerms } from '../../models/onnx/additive-model.ts';
import { writeModel } from '../../models/onnx/write-model.ts';
import { featuresOf, manifestOf } from '../../models/testing/manifest-of.ts';
import { randomModel } from '../../models/testing/random-model.ts';
import { LOGIT_BOUND, loadScorer, parseManifest, type RiskManifest } from './index.ts';

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
    const highest = model.terms.reduce((sum, term) => sum + Math.max(...term.cells), 0);
    const scorer = await loadScorer({
      ...parts,
      manifest: { ...manifest, base: LOGIT_BOUND - highest - 1e-9 },
    });
    const { score, base, contributions } = await scorer.score(new Float32Array(model.width).fill(0.3));
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
    const forged = { ...manifest, modelDigest: manifestOf(model, other).modelDigest };
    await expect(loadScorer({ ...parts, model: other, manifest: forged })).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });

  it('when it is no ONNX at all, though the digest fits', async () => {
    const junk = new TextEncoder().encode('not a model');
    const forged = { ...manifest, modelDigest: manifestOf(model, junk).modelDigest };
    await expect(loadScorer({ ...parts, model: junk, manifest: forged })).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });

  it('when a leaf lies outside the range that the manifest states for its term', async () => {
    const narrow = { ...manifest, terms: manifest.terms.map((term) => ({ ...term, min: 0, max: 0 })) };
    const scorer = await loadScorer({ ...parts, manifest: narrow });
    await expect(scorer.score(new Float32Array(model.width))).rejects.toMatchObject({
      code: 'model-output-invalid',
    });
  });
});

describe('a manifest', () => {
  const highest = manifest.terms.reduce((sum, term) => sum + term.max, 0);

  it('may reach the bound of the logit but not pass it', () => {
    const at = { ...manifest, base: LOGIT_BOUND - highest - 1e-9 };
    expect(parseManifest(at).base).toBe(at.base);
    expect(() => parseManifest({ ...manifest, base: LOGIT_BOUND - highest + 1e-6 })).toThrow(/terms/);
    expect(() => parseManifest({ ...manifest, base: -LOGIT_BOUND })).toThrow(/terms/);
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
