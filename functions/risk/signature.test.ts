import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeModel } from '../../models/onnx/write-model.ts';
import { newSigningKey, readSigningKey, signManifest } from '../../models/signing/sign-manifest.ts';
import { featuresOf, manifestOf } from '../../models/testing/manifest-of.ts';
import { randomModel } from '../../models/testing/random-model.ts';
import { checkSignature, DEVELOPMENT_KEY, loadScorer, signedBytes } from './index.ts';

const model = randomModel(7);
const bytes = writeModel(model, 'test');
const manifest = manifestOf(model, bytes);
const own = newSigningKey();
const refused = expect.objectContaining({ code: 'model-signature-invalid' });

describe('a manifest', () => {
  it('is accepted with the signature of a pinned key, however the file is laid out', () => {
    checkSignature(manifest, [DEVELOPMENT_KEY]);
    checkSignature(signManifest(manifest, own), [DEVELOPMENT_KEY, own.x]);
    const turned = Object.fromEntries(Object.entries(manifest).reverse());
    checkSignature(JSON.parse(JSON.stringify(turned, null, 4)), [DEVELOPMENT_KEY]);
  });

  it('is refused when signed with a key that is not pinned: the development key too', () => {
    expect(() => checkSignature(manifest, [own.x])).toThrow(refused);
    expect(() => checkSignature(signManifest(manifest, own), [DEVELOPMENT_KEY])).toThrow(refused);
    expect(() => checkSignature(manifest, [])).toThrow(refused);
  });

  it('is refused when it names a pinned key and another made the signature', () => {
    const signed = signManifest(manifest, newSigningKey());
    const forged = { ...signed, signature: { ...signed.signature, key: own.x } };
    expect(() => checkSignature(forged, [own.x])).toThrow(refused);
  });

  it.each([
    ['another model', { modelDigest: '0'.repeat(64) }],
    ['another base', { base: manifest.base + 1e-9 }],
    ['other training', { training: { seed: 'x' } }],
    ['a member more', { note: 'trust me' }],
    ['no signature', { signature: undefined }],
    ['an empty signature', { signature: {} }],
    ['another algorithm', { signature: { algorithm: 'none', key: DEVELOPMENT_KEY, value: '' } }],
  ])('is refused with %s', (_, change) => {
    expect(() => checkSignature({ ...manifest, ...change }, [DEVELOPMENT_KEY])).toThrow(refused);
  });

  it('is refused with any one bit of the signature turned', () => {
    const { signature } = signManifest(manifest, own);
    const raw = Buffer.from(signature.value, 'base64url');
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const bent = Buffer.from(raw);
        bent[bit >> 3]! ^= 1 << (bit & 7);
        const forged = { ...manifest, signature: { ...signature, value: bent.toString('base64url') } };
        expect(() => checkSignature(forged, [own.x])).toThrow(refused);
      }),
      { numRuns: 60 },
    );
  });

  it.each([null, undefined, 7, 'x', []])('that is %j is refused, not tripped over', (value) => {
    expect(() => checkSignature(value, [DEVELOPMENT_KEY])).toThrow(refused);
  });
});

it('two manifests that differ anywhere differ in what is signed', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (a, b) => {
        const { signature: _, ...one } = JSON.parse(JSON.stringify(a));
        const { signature: __, ...other } = JSON.parse(JSON.stringify(b));
        const same = signedBytes(one).equals(signedBytes(other));
        if (same) expect(one).toEqual(other);
        expect(JSON.parse(signedBytes(one).toString())).toEqual(one);
      },
    ),
  );
});

describe('a model', () => {
  const wasmBinary = readFileSync(
    new URL('../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm', import.meta.url),
  );
  const parts = { model: bytes, wasmBinary, features: featuresOf(model) };

  it('is loaded when its manifest is signed with the deployment’s own key, and refused when with another', async () => {
    const signed = signManifest(manifest, own);
    const scorer = await loadScorer({ ...parts, manifest: signed, keys: [own.x] });
    expect(scorer.model.digest).toBe(manifest.modelDigest);
    await expect(loadScorer({ ...parts, manifest, keys: [own.x] })).rejects.toEqual(refused);
    await expect(loadScorer({ ...parts, manifest: signed })).rejects.toEqual(refused);
  });

  it('that is shipped bears the development key’s signature', () => {
    const read = (path: string) => readFileSync(new URL(`../../models/${path}`, import.meta.url), 'utf8');
    checkSignature(JSON.parse(read('risk.manifest.json')), [DEVELOPMENT_KEY]);
    expect(JSON.parse(read('signing/development-key.json')).x).toBe(DEVELOPMENT_KEY);
  });
});

describe('a key file', () => {
  const file = (name: string) => new URL(`../../models/${name}`, import.meta.url).pathname;
  it('is read, and one that holds none is refused by name', () => {
    expect(readSigningKey(file('signing/development-key.json')).x).toBe(DEVELOPMENT_KEY);
    expect(() => readSigningKey(file('risk.manifest.json'))).toThrow(/risk\.manifest\.json holds no/);
  });
});
