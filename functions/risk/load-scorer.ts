import * as ort from 'onnxruntime-web/wasm';
import { modelInputs } from '../signals/index.ts';
import { DEVELOPMENT_KEY } from './development-key.ts';
import { type FeatureSchema, featureSchemaDigest, sha256 } from './digest.ts';
import { LOGIT_BOUND, parseManifest, type RiskManifest } from './manifest.ts';
import { RiskError } from './risk-error.ts';
import type { RiskScore, Scorer } from './scorer.ts';
import { checkSignature } from './signature.ts';

/** What a scorer is made of. */
export interface ScorerParts {
  /** The `.onnx` file. */
  readonly model: Uint8Array;
  /** The parsed JSON of its manifest; checked here. */
  readonly manifest: unknown;
  /** `ort-wasm-simd-threaded.wasm` of onnxruntime-web. */
  readonly wasmBinary: Uint8Array;
  /** Public keys that may sign a model, Ed25519, base64url. @default the development key */
  readonly keys?: readonly string[];
  /** What the running code computes, in the order of the feature vector. @default signals and recent events */
  readonly features?: readonly FeatureSchema[];
}

/**
 * Checks a model against its signed manifest and the running code, and makes a session of it.
 *
 * The runtime is onnxruntime-web's single-thread WebAssembly, taken whole from `wasmBinary`: no file is
 * looked for, no worker started. Optimisation is off: the graph has a few dozen small nodes, and looking for something
 * to fuse costs start-up time only. Without an arena a run allocates a few kilobytes and frees them. Two runs
 * at the ends of the features' ranges prove the bound at load and leave the runtime's code compiled.
 *
 * @throws RiskError `model-signature-invalid`, `model-digest-mismatch`, `features-mismatch`, `model-invalid`, `model-output-invalid`.
 * @example
 * ```ts
 * const scorer = await loadScorer({ model, manifest, wasmBinary });
 * const { score, base, contributions } = await scorer.score(features);
 * ```
 */
export async function loadScorer(parts: ScorerParts): Promise<Scorer> {
  checkSignature(parts.manifest, parts.keys ?? [DEVELOPMENT_KEY]);
  const manifest = parseManifest(parts.manifest);
  const modelDigest = sha256(parts.model);
  if (modelDigest !== manifest.modelDigest) {
    throw new RiskError('model-digest-mismatch', 'The model is not the one that its manifest describes');
  }
  const features = parts.features ?? modelInputs;
  const codes = features.map((feature) => feature.code);
  if (
    manifest.featuresDigest !== featureSchemaDigest(features) ||
    manifest.features.join() !== codes.join()
  ) {
    throw new RiskError(
      'features-mismatch',
      'The model was trained on other features than these; train anew',
    );
  }
  const session = await startSession(parts, manifest);
  const scorer = new OnnxScorer(session, manifest, modelDigest);
  for (const end of [0, 1] as const)
    await scorer.score(Float32Array.from(features, ({ range }) => range[end]));
  return scorer;
}

async function startSession(parts: ScorerParts, manifest: RiskManifest): Promise<ort.InferenceSession> {
  ort.env.wasm.wasmBinary = parts.wasmBinary;
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = 'error';
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(parts.model, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'disabled',
      enableCpuMemArena: false,
      enableMemPattern: false,
      executionMode: 'sequential',
    });
  } catch (cause) {
    throw new RiskError('model-invalid', 'The runtime cannot load the model', { cause });
  }
  const [input, output, found] = [
    session.inputMetadata[0],
    session.outputMetadata[0],
    session.outputMetadata[1],
  ];
  const detectors = manifest.detectors.length;
  const fits =
    session.inputNames.length === 1 &&
    session.outputNames.length === (detectors > 0 ? 2 : 1) &&
    (detectors === 0 || (found?.isTensor === true && found.shape.join() === `1,${detectors}`)) &&
    input?.isTensor === true &&
    output?.isTensor === true &&
    input.shape.join() === `1,${manifest.features.length}` &&
    output.shape.join() === `1,${manifest.terms.length}`;
  if (!fits)
    throw new RiskError('model-invalid', 'The graph has other inputs or outputs than its manifest says');
  return session;
}

class OnnxScorer implements Scorer {
  readonly model: { readonly id: string; readonly digest: string };
  readonly features: readonly string[];
  readonly #session: ort.InferenceSession;
  readonly #manifest: RiskManifest;
  readonly #input: Float32Array;
  readonly #feeds: Record<string, ort.Tensor>;
  readonly #output: string;
  readonly #found: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(session: ort.InferenceSession, manifest: RiskManifest, digest: string) {
    this.model = { id: manifest.id, digest };
    this.features = manifest.features;
    this.#session = session;
    this.#manifest = manifest;
    this.#input = new Float32Array(manifest.features.length);
    this.#feeds = {
      [session.inputNames[0]!]: new ort.Tensor('float32', this.#input, [1, this.#input.length]),
    };
    this.#output = session.outputNames[0]!;
    this.#found = session.outputNames[1];
  }

  score(features: Float32Array): Promise<RiskScore> {
    if (features.length !== this.#input.length) {
      return Promise.reject(new RiskError('features-mismatch', 'The feature vector has the wrong length'));
    }
    // One run at a time: the runtime keeps a run's arguments on the WASM stack across an await, so two runs
    // in flight would overwrite each other's.
    const own = features.slice();
    const turn = this.#turn.then(() => this.#run(own));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #run(features: Float32Array): Promise<RiskScore> {
    this.#input.set(features);
    const result = await this.#session.run(this.#feeds);
    const values = result[this.#output]!.data as Float32Array;
    const { base, terms } = this.#manifest;
    let logit = base;
    const contributions = terms.map(({ code, min, max }, i) => {
      const contribution = values[i]!;
      if (!(contribution >= Math.min(min, 0) && contribution <= Math.max(max, 0))) {
        throw new RiskError('model-output-invalid', `The term ${code} left the range of its manifest`);
      }
      logit += contribution;
      return { code, contribution };
    });
    if (!(Math.abs(logit) <= LOGIT_BOUND))
      throw new RiskError('model-output-invalid', 'The log-odds left their bound');
    const found = this.#found === undefined ? undefined : (result[this.#found]!.data as Float32Array);
    const detectors = this.#manifest.detectors.map(({ code, usual }, i) => ({
      code,
      value: found![i]!,
      usual,
    }));
    return { score: 1 / (1 + Math.exp(-logit)), base, contributions, detectors };
  }
}
