import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, type BundlingOptions, DockerImage, type ILocalBundling } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { CountersignError } from '../functions/platform/errors.ts';

/** The root of the repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** A function could not be bundled. Code: `asset-missing`. */
export class BundleError extends CountersignError {
  override readonly name = 'BundleError';
}

/** One function's code and the files beside it. */
export interface BundleSource {
  /** The handler's file, from the root of the repository. */
  readonly entry: string;
  /** Files to copy to `assets/<name>`, each with its path from the root of the repository. */
  readonly assets: Readonly<Record<string, string>>;
}

/** CommonJS packages inside an ESM bundle still ask for `require`; Node gives it to CommonJS files only. */
const BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * Bundles one function into a folder: `index.mjs`, the parts that it imports later, the notices of the licences in them,
 * and `assets/`.
 *
 * It runs esbuild inside this process: no shell, no container, no registry, and all functions in a second. The
 * AWS SDK is bundled too, so that what is tested is what runs, whichever SDK the runtime has that month.
 *
 * @param metafile where to write esbuild's account of what went into the bundle, outside of it.
 * @throws BundleError `asset-missing`, naming the file.
 * @example
 * ```ts
 * bundle({ entry: 'functions/decisions/sweep.handler.ts', assets: {} }, '/tmp/sweep');
 * ```
 */
export const bundle = (source: BundleSource, outDir: string, metafile?: string): void => {
  const built = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [{ in: source.entry, out: 'index' }],
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    // What is imported dynamically stays in files of its own: a cold start reads what it needs, and no more.
    splitting: true,
    chunkNames: 'part-[hash]',
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  for (const [name, path] of Object.entries(source.assets)) {
    const from = resolve(ROOT, path);
    if (!existsSync(from))
      throw new BundleError('asset-missing', `${source.entry} needs ${path}: it is not there`);
    mkdirSync(join(outDir, 'assets'), { recursive: true });
    cpSync(from, join(outDir, 'assets', name));
  }
  if (metafile !== undefined) {
    mkdirSync(dirname(metafile), { recursive: true });
    // Aside first: another synthesis may be at the same bundle.
    writeFileSync(`${metafile}.${process.pid}`, JSON.stringify(built.metafile));
    renameSync(`${metafile}.${process.pid}`, metafile);
  }
};

/** Bundles in this process. The source is a member so that it is part of the key under which assets are cached. */
class LocalBundling implements ILocalBundling {
  readonly source: BundleSource;
  readonly #metafile: string;

  constructor(source: BundleSource, metafile: string) {
    this.source = source;
    this.#metafile = metafile;
  }

  tryBundle(outputDir: string): boolean {
    bundle(this.source, outputDir, this.#metafile);
    return true;
  }
}

/**
 * The code of a function as a CDK asset. Its hash is of the bundle, so that a comment changes no deployment.
 * esbuild's account of it is written to `.build/bundles/<name>.meta.json`.
 */
export const bundledCode = (name: string, source: BundleSource): AssetCode => {
  const bundling: BundlingOptions = {
    // Never run: bundling in this process either works or throws.
    image: DockerImage.fromRegistry('none'),
    local: new LocalBundling(source, join(ROOT, '.build/bundles', `${name}.meta.json`)),
  };
  return Code.fromAsset(join(ROOT, dirname(source.entry)), { assetHashType: AssetHashType.OUTPUT, bundling });
};
