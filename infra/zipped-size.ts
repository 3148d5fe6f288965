import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** What a zip archive writes about each file besides its bytes and, twice, its name. */
const ENTRY_BYTES = 30 + 46;

/**
 * Bytes of a folder as the zip archive that is deployed: every file deflated, with its two headers.
 *
 * @example
 * ```ts
 * zippedSize('cdk.out/asset.0b21…') <= 10_000_000;
 * ```
 */
export const zippedSize = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map(
      (path) => deflateRawSync(readFileSync(path)).length + ENTRY_BYTES + 2 * relative(folder, path).length,
    )
    .reduce((sum, bytes) => sum + bytes, 0);
