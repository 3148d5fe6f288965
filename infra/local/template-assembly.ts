import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TemplateError } from './template-error.ts';

/** A CloudFormation template as the CDK wrote it. */
export interface RawTemplate {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Resources?: Readonly<Record<string, RawResource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { Name: unknown } }>
  >;
}

/** A resource with its intrinsics not yet resolved. */
export interface RawResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What `cdk synth` left in a folder. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: readonly { readonly name: string; readonly template: RawTemplate }[];
  /** Folder or file of each asset, by the object key that templates name it with. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly properties?: {
          readonly templateFile?: string;
          readonly file?: string;
          readonly directoryName?: string;
          readonly stackName?: string;
        };
      }
    >
  >;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/**
 * Reads a synthesized cloud assembly, the assemblies of its CDK stages included.
 *
 * @param directory the folder that holds `manifest.json`.
 * @throws TemplateError `assembly-missing` or `assembly-unreadable`.
 * @example
 * ```ts
 * readAssembly('.local/cdk.out').stacks.map(({ name }) => name); // ['countersign-local']
 * ```
 */
export function readAssembly(directory: string): Assembly {
  const stacks: { name: string; template: RawTemplate }[] = [];
  const assets = new Map<string, string>();
  collect(resolve(directory), stacks, assets);
  return { directory: resolve(directory), stacks, assets };
}

function collect(
  directory: string,
  stacks: { name: string; template: RawTemplate }[],
  assets: Map<string, string>,
): void {
  const manifest = readJson<Manifest>(join(directory, 'manifest.json'));
  for (const [id, artifact] of Object.entries(manifest.artifacts ?? {})) {
    const { templateFile, file, directoryName, stackName } = artifact.properties ?? {};
    if (artifact.type === 'aws:cloudformation:stack' && templateFile) {
      stacks.push({ name: stackName ?? id, template: readJson(join(directory, templateFile)) });
    } else if (artifact.type === 'cdk:asset-manifest' && file) {
      const { files } = readJson<AssetManifest>(join(directory, file));
      for (const { source, destinations } of Object.values(files ?? {})) {
        for (const { objectKey } of Object.values(destinations)) {
          if (source.path) assets.set(objectKey, resolve(directory, source.path));
        }
      }
    } else if (artifact.type === 'cdk:cloud-assembly' && directoryName) {
      collect(join(directory, directoryName), stacks, assets);
    }
  }
}

function readJson<T>(file: string): T {
  if (!existsSync(file))
    throw new TemplateError('assembly-missing', `There is no ${file}: run the synthesis first`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new TemplateError('assembly-unreadable', `${file} is not JSON`, { cause });
  }
}
