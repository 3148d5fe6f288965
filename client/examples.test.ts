import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../test/local-mode.ts';
import * as wallet from './src/wallet.ts';

const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((block) => block[1]!);
const runnable = examples.filter((text) => text.includes("from '@countersign/client';"));

describe('the examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-client-'));
  let local: LocalModeForTest;
  beforeAll(async () => {
    local = await startLocalMode();
  });
  afterAll(async () => {
    await local?.end();
    rmSync(folder, { recursive: true });
  });

  const run = async (example: string): Promise<string> => {
    const file = join(folder, 'example.ts');
    const source = pathToFileURL(join(import.meta.dirname, 'src/index.ts')).href;
    writeFileSync(file, example.replace("'@countersign/client'", `'${source}'`));
    const env = {
      ...process.env,
      COUNTERSIGN_URL: local.urls.api,
      COUNTERSIGN_TOKEN: await local.issuer.token(),
    };
    return (await promisify(execFile)(process.execPath, [file], { env })).stdout;
  };

  test('run as they are written', async () => {
    expect(runnable).toHaveLength(2);
    const [deciding, presenting] = runnable as [string, string];
    expect(await run(deciding)).toMatch(
      /^(allow|step_up|review|deny) 0\.\d+ .+\ndecision-unknown No decision has this event id\n$/,
    );
    expect(await run(presenting)).toMatch(/^https?:\S+\/page\npending undefined\n$/);
  });

  test('of wallets name only what there is', () => {
    const [example] = examples.filter((text) => text.includes('@countersign/client/wallet'));
    const names =
      /import \{([^}]+)\} from '@countersign\/client\/wallet'/.exec(example!)?.[1]?.split(',') ?? [];
    const values = names.map((name) => name.trim()).filter((name) => !name.startsWith('type '));
    expect(values.length).toBeGreaterThan(3);
    expect(values.filter((name) => !(name in wallet))).toEqual([]);
  });
});

test('no code under the GPL is imported, but by the name of the peer when a proof is asked for', () => {
  for (const name of [
    'index',
    'countersign',
    'transport',
    'api-error',
    'types',
    'wallet',
    'wallet-request',
    'wallet-error',
  ]) {
    const source = readFileSync(join(import.meta.dirname, 'src', `${name}.ts`), 'utf8');
    const imported = [...source.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'/gm)].map(
      (match) => match[1],
    );
    expect(imported.filter((from) => !from?.startsWith('./'))).toEqual([]);
  }
});
