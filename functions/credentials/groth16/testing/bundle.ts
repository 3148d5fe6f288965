import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles an entry as the deployment does: one minified ESM file for Node 24.
 *
 * @returns the names of the packages that went into it
 */
export async function bundle(entry: URL, outfile: string): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return new Set(
    Object.keys(metafile.inputs).flatMap(
      (path) => path.match(/(?<=.*node_modules\/)(?:@[^/]+\/)?[^/]+/g) ?? [],
    ),
  );
}
