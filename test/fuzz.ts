import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `npm run fuzz -- [--minutes <number>] [file ...]

Sends the verifier what strangers might send, for as long as you say: whatever is posted to the wallets' and the apps'
routes, presented, asked for, or signed wrongly must be answered with a refusal that has a code, never with a fault.

  --minutes <number>  how long in all, at least 0.1 (default 10); the time is shared among the fuzz tests
  file ...            only these test files

In every run of all tests (npm test) the same properties are tried with some inputs each. A failure prints its seed and
the input that failed; fast-check runs it again with { seed, path }.`;

const ROOT = join(import.meta.dirname, '..');

/** How fuzz tests name themselves, so that a run of them leaves out the other tests of their files. */
const NAME = 'whatever';

interface FuzzFile {
  readonly path: string;
  /** How many fuzz tests are in it. */
  readonly tests: number;
}

/** Test files with fuzz tests: those that take their number of inputs from `fuzzRuns`. */
const fuzzFiles = (): FuzzFile[] =>
  ['functions', 'test', 'infra', 'circuits']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
        .map((name) => join(folder, name)),
    )
    .map((path) => ({
      path,
      tests: readFileSync(join(ROOT, path), 'utf8').match(/\bfuzzRuns\(\d/g)?.length ?? 0,
    }))
    .filter(({ tests }) => tests > 0);

const fuzz = (minutes: number, wanted: readonly string[]): number => {
  const all = fuzzFiles();
  const named = wanted.map((name) => relative(ROOT, join(process.cwd(), name)));
  const unknown = named.find((name) => !all.some(({ path }) => path === name));
  if (unknown !== undefined) {
    console.error(
      `There are no fuzz tests in ${unknown}. They are in:\n  ${all.map(({ path }) => path).join('\n  ')}`,
    );
    return 2;
  }
  const files = all.filter(({ path }) => named.length === 0 || named.includes(path));
  const tests = files.reduce((sum, file) => sum + file.tests, 0);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-fuzz-'));
  const counts = join(folder, 'counts');
  let failures = 0;
  try {
    for (const { path, tests: own } of files) {
      const seconds = (minutes * 60) / tests;
      writeFileSync(counts, '');
      const begun = performance.now();
      const { status, stdout } = spawnSync(
        process.execPath,
        ['node_modules/vitest/vitest.mjs', 'run', '--testTimeout=0', '--reporter=dot', '-t', NAME, path],
        {
          cwd: ROOT,
          env: { ...process.env, FUZZ_SECONDS: String(seconds), FUZZ_COUNTS: counts },
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      if (status !== 0) console.log(stdout);
      const tried = readFileSync(counts, 'utf8').split('\n').filter(Boolean).map(Number);
      // A property that never ran would pass as well.
      const ran = tried.length === own && tried.every((number) => number > 0);
      if (status !== 0 || !ran) failures++;
      const took = ((performance.now() - begun) / 1000).toFixed(0);
      const sum = tried.reduce((total, number) => total + number, 0);
      console.log(
        `${status === 0 && ran ? 'held  ' : 'FAILED'}  ${path}: ${sum} inputs to ${tried.length} of ${own} properties in ${took} s`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return failures === 0 ? 0 : 1;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' }, help: { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (values.help) console.log(HELP);
else if (!(minutes >= 0.1)) {
  console.error(`--minutes must be a number of at least 0.1\n\n${HELP}`);
  process.exitCode = 2;
} else process.exitCode = fuzz(minutes, positionals);
