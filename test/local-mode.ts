import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunningTemplate, type RunOptions, runTemplate } from '../infra/local/run-template.ts';
import { synthesize } from '../infra/local/synthesize.ts';
import { LOCAL_ACCOUNT, readTemplate } from '../infra/local/template.ts';

const ROOT = join(import.meta.dirname, '..');

/** A free port with two more behind it, as local mode takes them. */
export const freePorts = async (): Promise<RunOptions['ports']> => {
  const free = () =>
    new Promise<number>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
    });
  const [api, aws, dynamodb] = [await free(), await free(), await free()];
  return { api, aws, dynamodb };
};

const ASSEMBLY = join(ROOT, '.build/test/cdk.out');

/**
 * Synthesizes stage `local` with the real bundles, as `npm start` does; once for all test files, unless the
 * sources changed. Test files run side by side, so one of them does it while the others wait.
 */
export const assemblyForTests = async (): Promise<string> => {
  const lock = `${ASSEMBLY}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // A run that was killed leaves its lock behind.
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (since && Date.now() - since > 120_000) rmSync(lock, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    await synthesize({ root: ROOT, outdir: ASSEMBLY });
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  return ASSEMBLY;
};

/**
 * The assembly with other settings: the same bundles, another value here and there in the environment of functions.
 *
 * @param environment new values of variables, wherever a function has them.
 */
const withEnvironment = (
  assembly: string,
  environment: Readonly<Record<string, string>>,
  to: string,
): string => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(assembly)) {
    if (!name.endsWith('.template.json')) {
      symlinkSync(join(assembly, name), join(to, name));
      continue;
    }
    const template = JSON.parse(readFileSync(join(assembly, name), 'utf8'));
    for (const { Type, Properties } of Object.values<{ Type: string; Properties: never }>(
      template.Resources,
    )) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const { Variables } = (Properties as { Environment: { Variables: Record<string, unknown> } })
        .Environment;
      for (const [variable, value] of Object.entries(environment))
        if (Object.hasOwn(Variables, variable)) Variables[variable] = value;
    }
    writeFileSync(join(to, name), JSON.stringify(template));
  }
  return to;
};

/** Puts the key that signs request objects where local mode would keep one that it had made. */
const keepRequestKey = (assembly: string, state: string, pem: string): void => {
  const place = { account: LOCAL_ACCOUNT, region: 'us-east-1', endpoint: '', api: '' };
  const key = readTemplate(assembly, place)
    .ofType('AWS::KMS::Key')
    .find(({ properties }) => String(properties.Description).includes('request'));
  if (!key?.arn) throw new Error('No key signs request objects');
  writeFileSync(join(state, 'signing-keys.json'), JSON.stringify({ [key.arn]: pem }));
};

/** A free port that has two free ones behind it, for `npm start`. */
export const freePortWithTwoMore = async (): Promise<number> => {
  const isFree = (port: number) =>
    new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
  for (;;) {
    const { api } = await freePorts();
    if (api < 65_000 && (await isFree(api + 1)) && (await isFree(api + 2))) return api;
  }
};

/** Local mode on ports and in a folder of its own, for a test or a benchmark. */
export interface LocalModeForTest extends RunningTemplate {
  readonly state: string;
  /** Stops it and starts it again on the same data. */
  restart(): Promise<LocalModeForTest>;
  /** Stops it and removes its folder. */
  end(): Promise<void>;
}

/** Starts the synthesized app with the bundled functions. */
export const startLocalMode = async (
  options: Partial<Pick<RunOptions, 'chaos' | 'strictSources' | 'log' | 'ports'>> & {
    readonly state?: string;
    readonly assembly?: string;
    /** Values of the functions' environment that differ from the deployed ones. */
    readonly environment?: Readonly<Record<string, string>>;
    /** PKCS #8 PEM that signs request objects, where it is to have a certificate. */
    readonly requestKey?: string;
  } = {},
): Promise<LocalModeForTest> => {
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'countersign-'));
  const made = options.assembly ?? (await assemblyForTests());
  const assembly =
    options.environment && !options.assembly
      ? withEnvironment(made, options.environment, join(state, 'cdk.out'))
      : made;
  const ports = options.ports ?? (await freePorts());
  if (options.requestKey) keepRequestKey(assembly, state, options.requestKey);
  const running = await runTemplate({ ...options, assembly, state, ports });
  return {
    ...running,
    state,
    restart: async () => {
      await running.stop();
      // On the same ports: those who were told an address find it again.
      return startLocalMode({ ...options, state, assembly, ports });
    },
    end: async () => {
      await running.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
};
