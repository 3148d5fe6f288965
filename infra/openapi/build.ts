import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ASSETS } from '../../functions/platform/assets.ts';
import { ROOT } from '../bundle.ts';
import { openApi } from './openapi.ts';

/** Writes the API's description to where the function that answers with it takes it from. */
export const buildOpenApi = async (): Promise<void> => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const out = join(ROOT, ASSETS.openapi['openapi.json']);
  await mkdir(dirname(out), { recursive: true });
  // Aside first: another synthesis may be reading.
  const aside = `${out}.${process.pid}`;
  await writeFile(aside, JSON.stringify(openApi(version)));
  await rename(aside, out);
};
