import { createHash } from 'node:crypto';

/** The part of a signal's definition that a trained model depends on. */
export interface FeatureSchema {
  readonly code: string;
  readonly unit: string;
  readonly range: readonly [number, number];
}

/** SHA-256, lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Digest of what a model's inputs mean: codes, units and ranges in order. A model whose manifest has another
 * digest was trained on something else and is refused.
 *
 * @example
 * ```ts
 * featureSchemaDigest([{ code: 'newDevice', unit: '0 or 1', range: [0, 1] }]);
 * ```
 */
export function featureSchemaDigest(features: readonly FeatureSchema[]): string {
  return sha256(JSON.stringify(features.map(({ code, unit, range }) => [code, unit, ...range])));
}
