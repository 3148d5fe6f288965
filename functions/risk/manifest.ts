import { RiskError } from './risk-error.ts';

/** The form of manifest that this code reads and writes. */
export const MANIFEST_FORMAT = 'countersign-risk/1';

/** |logit| stays within this, so that a score never rounds to 0 or 1 and its logit can be recovered to 1e-6. */
export const LOGIT_BOUND = 16;

/** The base lies within this, so that evidence has room of four log-odds and more on either side. */
export const BASE_BOUND = 12;

/** One term of the model and the most it can add or take away. */
export interface TermRange {
  /** A signal code, or two joined by ` × `. */
  readonly code: string;
  /** Log-odds: least and greatest leaf of the term, float32. */
  readonly min: number;
  readonly max: number;
}

/** A detector inside the model, and how far owners go. */
export interface DetectorRange {
  /** One of `DETECTOR_CODES`. */
  readonly code: string;
  /** 95th percentile among owners. */
  readonly usual: number;
}

/** What a model file claims about itself; written by `npm run train` beside the `.onnx`. */
export interface RiskManifest {
  readonly format: typeof MANIFEST_FORMAT;
  /** Name and training seed: `risk-1a2b3c4d`. */
  readonly id: string;
  /** SHA-256 of the `.onnx` file, hex. */
  readonly modelDigest: string;
  /** Digest of the feature schema, see `featureSchemaDigest`. */
  readonly featuresDigest: string;
  /** Codes of the inputs in order: signals, then recent events. */
  readonly features: readonly string[];
  /** Log-odds before any evidence. */
  readonly base: number;
  /** In the order of the graph's output. */
  readonly terms: readonly TermRange[];
  /** In the order of the graph's second output; empty when the model has none. */
  readonly detectors: readonly DetectorRange[];
  /** How it was made: seed, people, days, digests of code and data, measured figures. Not read by the scorer. */
  readonly training: Readonly<Record<string, unknown>>;
}

/**
 * Checks a manifest. The base must lie within ±{@link BASE_BOUND}: the graph shrinks its terms where
 * their sum would take the log-odds past the bound, and needs room on both sides to do so.
 *
 * @throws RiskError `model-invalid`, naming the member.
 */
export function parseManifest(value: unknown): RiskManifest {
  const manifest = record(value, 'manifest');
  if (manifest.format !== MANIFEST_FORMAT) throw invalid('format');
  const features = list(manifest.features, 'features').map((code) => text(code, 'features'));
  const terms = list(manifest.terms, 'terms').map((entry) => {
    const term = record(entry, 'terms');
    const [min, max] = [number(term.min, 'terms.min'), number(term.max, 'terms.max')];
    if (min > max || Math.fround(min) !== min || Math.fround(max) !== max) throw invalid('terms');
    return { code: text(term.code, 'terms.code'), min, max };
  });
  const detectors = list(manifest.detectors ?? [], 'detectors').map((entry) => {
    const detector = record(entry, 'detectors');
    return {
      code: text(detector.code, 'detectors.code'),
      usual: number(detector.usual, 'detectors.usual'),
    };
  });
  if (features.length === 0 || terms.length === 0) throw invalid('terms');
  const base = number(manifest.base, 'base');
  if (Math.abs(base) > BASE_BOUND) throw invalid('base');
  return {
    format: MANIFEST_FORMAT,
    id: text(manifest.id, 'id'),
    modelDigest: digest(manifest.modelDigest, 'modelDigest'),
    featuresDigest: digest(manifest.featuresDigest, 'featuresDigest'),
    features,
    base,
    terms,
    detectors,
    training: record(manifest.training, 'training'),
  };
}

function invalid(member: string): RiskError {
  return new RiskError('model-invalid', `The model's manifest is not usable: ${member}`);
}

function record(value: unknown, member: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(member);
  return value as Record<string, unknown>;
}

function list(value: unknown, member: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(member);
  return value;
}

function text(value: unknown, member: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(member);
  return value;
}

function number(value: unknown, member: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(member);
  return value;
}

function digest(value: unknown, member: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw invalid(member);
  return value;
}
