import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ASSETS } from '../../functions/platform/assets.ts';
import { CountersignError } from '../../functions/platform/errors.ts';

/** The app cannot be synthesized: `synthesis-failed`, with the program's own words. */
export class SynthesisError extends CountersignError {
  override readonly name = 'SynthesisError';
}

/** Where the app is and where its assembly goes. */
export interface SynthesisOptions {
  /** Root of the repository. */
  readonly root: string;
  /** Folder for the assembly; the digest of what it was made from lies beside it. */
  readonly outdir: string;
  /** Told of each line that the app prints. */
  readonly onLine?: (line: string) => void;
}

/**
 * Synthesizes the app for stage `local`, unless the assembly that is there was made from the same sources.
 *
 * @returns whether it had to be made.
 * @throws SynthesisError when the app fails; an older assembly is then gone too, so that nothing stale runs.
 * @example
 * ```ts
 * const { fresh } = await synthesize({ root: process.cwd(), outdir: '.local/cdk.out' });
 * ```
 */
export async function synthesize({ root, outdir, onLine }: SynthesisOptions): Promise<{ fresh: boolean }> {
  const stamp = `${outdir}.sources`;
  const digest = digestOfSources(root);
  if (
    existsSync(join(outdir, 'manifest.json')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === digest
  ) {
    return { fresh: false };
  }
  rmSync(stamp, { force: true });
  const aside = `${outdir}.new`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  await runApp(root, aside, onLine);
  rmSync(outdir, { recursive: true, force: true });
  renameSync(aside, outdir);
  writeFileSync(stamp, digest);
  return { fresh: true };
}

/** In a process of its own, so that the parts of local mode that need no template can start meanwhile. */
async function runApp(
  root: string,
  outdir: string,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const child = spawn(process.execPath, ['infra/app.ts'], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ stage: 'local' }),
      // The CDK's own checks of the template take as long as all else; `cdk synth` makes them.
      CDK_VALIDATION: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((line) => line.trim() !== '')) {
        said.push(line);
        onLine(line);
      }
    });
  }
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code === 0) return;
  throw new SynthesisError('synthesis-failed', `The CDK app failed:\n${said.slice(-20).join('\n')}`);
}

/** What the app builds on the way, under `.build`, is made from sources that are counted. */
const ASSET_PATHS = Object.values(ASSETS)
  .flatMap((assets) => Object.values<string>(assets))
  .filter((path) => !path.startsWith('.build/'));

/** Everything that the assembly is made from. Local mode itself and tests are not. */
function digestOfSources(root: string): string {
  const hash = createHash('sha256').update(process.version);
  const files = [
    ...sourcesIn(join(root, 'infra')).filter(
      (file) => !relative(root, file).startsWith(join('infra', 'local')),
    ),
    ...sourcesIn(join(root, 'functions')),
    ...['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'].map((name) => join(root, name)),
    ...ASSET_PATHS.map((path) => join(root, path)),
    ...(process.env.COUNTERSIGN_POLICIES ? sourcesIn(resolve(root, process.env.COUNTERSIGN_POLICIES)) : []),
  ];
  for (const file of [...new Set(files)].sort()) {
    hash.update(`\n${relative(root, file)}\n`);
    if (existsSync(file)) hash.update(contentOrStamp(file));
  }
  return hash.digest('hex');
}

/** A large file of a package is told by its size and time: reading it would cost more than it saves. */
function contentOrStamp(file: string): Buffer | string {
  const { size, mtimeMs } = statSync(file);
  return size > 4_000_000 ? `${size} ${mtimeMs}` : readFileSync(file);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !dirname(file).includes(`${join('events', 'fixtures')}`));
}
