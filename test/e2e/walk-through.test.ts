import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';

const ROOT = join(import.meta.dirname, '../..');
let local: LocalModeForTest;
beforeAll(async () => {
  local = await startLocalMode();
});
afterAll(() => local?.end());

test('the walk through docs/wallets.md runs as it is written, and ends with what was disclosed', async () => {
  const page = readFileSync(join(ROOT, 'docs/wallets.md'), 'utf8');
  const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(commands).toHaveLength(4);
  const outputs: string[] = [];
  for (const command of commands) {
    // Only where local mode listens and keeps its folder is another than in the text.
    const here = command
      .replaceAll('http://localhost:4000', local.urls.api)
      .replaceAll('require("./.local/', `require("${local.state}/`)
      .replaceAll('.local/', `${local.state}/`)
      .replace(
        'npm run wallet --',
        `node infra/local/wallet.ts --api ${local.urls.api} --state ${local.state}`,
      );
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], {
      cwd: ROOT,
      env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` },
    });
    outputs.push(stdout.trim());
  }
  expect(outputs[0]).toMatch(/^Trusted for/);
  expect(outputs[2]).toBe('200 {}');
  const { status, credentials } = JSON.parse(outputs[3]!);
  expect([status, credentials[0].format, credentials[0].claims]).toEqual([
    'verified',
    'dc+sd-jwt',
    { given_name: 'Ada' },
  ]);
});
