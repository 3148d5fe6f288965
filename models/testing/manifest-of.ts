import {
  type FeatureSchema,
  featureSchemaDigest,
  MANIFEST_FORMAT,
  type RiskManifest,
  sha256,
} from '../../functions/risk/index.ts';
import type { AdditiveModel } from '../onnx/additive-model.ts';
import { DEVELOPMENT_KEY_FILE, readSigningKey, signManifest } from '../signing/sign-manifest.ts';

/** Feature schemas of a test model: `f0`, `f1`, … */
export function featuresOf(model: AdditiveModel): FeatureSchema[] {
  return Array.from({ length: model.width }, (_, i) => ({
    code: `f${i}`,
    unit: 'share',
    range: [-1, 1] as const,
  }));
}

/** A manifest as the development key signs it. */
export function signed<M extends object>(manifest: M) {
  return signManifest(manifest, readSigningKey(DEVELOPMENT_KEY_FILE));
}

/** A signed manifest that fits a test model. */
export function manifestOf(model: AdditiveModel, bytes: Uint8Array, base = -2.5): RiskManifest {
  const features = featuresOf(model);
  const manifest: RiskManifest = {
    format: MANIFEST_FORMAT,
    id: 'risk-test',
    modelDigest: sha256(bytes),
    featuresDigest: featureSchemaDigest(features),
    features: features.map((feature) => feature.code),
    base,
    terms: model.terms.map(({ code, cells }) => ({ code, min: Math.min(...cells), max: Math.max(...cells) })),
    detectors: [],
    training: {},
  };
  return signed(manifest);
}
