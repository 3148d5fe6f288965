import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalModeForTest } from '../local-mode.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Runs the shell blocks of a page one after another, as a reader does. Only where local mode listens and keeps its
 * folder is another than in the text.
 *
 * @returns what each printed.
 */
export const walk = async (page: string, local: LocalModeForTest): Promise<string[]> => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const outputs: string[] = [];
  for (const [, block] of text.matchAll(/```sh\n([\s\S]*?)```/g)) {
    const here = block!
      .replaceAll('http://localhost:4000', local.urls.api)
      .replaceAll('require("./.local/', `require("${local.state}/`)
      .replaceAll('.local/', `${local.state}/`)
      .replaceAll(
        'npm run wallet --',
        `node infra/local/wallet.ts --api ${local.urls.api} --state ${local.state}`,
      )
      .replaceAll('npx countersign', 'node infra/cli/countersign.mjs');
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], {
      cwd: ROOT,
      env: {
        ...process.env,
        PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
        COUNTERSIGN_URL: local.urls.api,
        COUNTERSIGN_TOKEN: await local.issuer.token(),
      },
    });
    outputs.push(stdout.trim());
  }
  return outputs;
};
