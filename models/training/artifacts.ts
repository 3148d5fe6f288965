import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  DETECTOR_CODES,
  featureSchemaDigest,
  MANIFEST_FORMAT,
  parseManifest,
  type RiskManifest,
  sha256,
} from '../../functions/risk/index.ts';
import { catalogue, modelInputs } from '../../functions/signals/index.ts';
import type { Detectors } from '../detectors/index.ts';
import { writeModel } from '../onnx/write-model.ts';
import type { Trained } from './finish.ts';

/** What training leaves behind for the functions. */
export interface Artifacts {
  readonly onnx: Uint8Array;
  readonly manifest: RiskManifest;
}

/**
 * Writes the graph and its manifest. The manifest is read back through the loader's own check, so that no model
 * leaves training that the functions would refuse.
 *
 * @throws RiskError `model-invalid` when the terms could leave the bound.
 */
export function artifactsOf(
  model: Trained,
  detectors: Detectors,
  /** 95th percentile among owners of what each detector finds. */
  usual: readonly number[],
  training: Readonly<Record<string, unknown>>,
): Artifacts {
  const onnx = writeModel(
    {
      width: catalogue.length + DETECTOR_CODES.length,
      terms: model.terms,
      room: model.room,
    },
    'countersign-risk',
    detectors,
  );
  const modelDigest = sha256(onnx);
  const manifest = parseManifest({
    format: MANIFEST_FORMAT,
    id: `risk-${modelDigest.slice(0, 8)}`,
    modelDigest,
    featuresDigest: featureSchemaDigest(modelInputs),
    features: modelInputs.map(({ code }) => code),
    base: model.base,
    terms: model.terms.map(({ code, cells }) => ({ code, min: Math.min(...cells), max: Math.max(...cells) })),
    detectors: DETECTOR_CODES.map((code, i) => ({ code, usual: usual[i]! })),
    training,
  });
  return { onnx, manifest };
}

/** Digest of the sources that a model depends on: everything under `models/` but reports and tests. */
export function codeDigest(): string {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        /(^|\/)(detectors|ebm|onnx|simulator|training)\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'),
    )
    .sort();
  return sha256(files.map((path) => `${path}\n${sha256(readFileSync(`${root}${path}`))}`).join('\n'));
}

/** Digest of the address plan that the simulator draws from. */
export function dataDigest(): string {
  return sha256(readFileSync(new URL('../address-plan.json', import.meta.url)));
}
