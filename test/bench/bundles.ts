import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { functionsOf } from '../../infra/local/lambda-host-template.ts';
import type { LocalTemplate } from '../../infra/local/template.ts';
import type { Figure } from './figure.ts';

const MB = 1_048_576;

/** Bytes of a folder as a zip archive: each file deflated, with its two headers and the final record. */
export const zippedBytes = (folder: string): number => {
  let bytes = 22;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (!statSync(file).isFile()) continue;
    bytes += deflateRawSync(readFileSync(file)).length + 30 + 46 + 2 * Buffer.byteLength(name);
  }
  return bytes;
};

/** What functions may weigh: the two that are measured from cold, and those that take answers. */
const GOALS: Readonly<Record<string, string>> = {
  score: '≤ 10 MB',
  wallet: '≤ 5 MB',
  presentations: '≤ 5 MB',
};

/** What each function weighs when deployed, zipped, and its code alone. */
export const bundleFigures = (template: LocalTemplate): Figure[] => [
  ...functionsOf(template).flatMap((hosted) => {
    if (!existsSync(join(hosted.directory, 'index.mjs'))) return [];
    const code = readdirSync(hosted.directory)
      .filter((name) => name.endsWith('.mjs'))
      .reduce((sum, name) => sum + deflateRawSync(readFileSync(join(hosted.directory, name))).length, 0);
    const short = hosted.name.split('-').at(-1)!;
    return [
      {
        name: `${short}: zipped`,
        value: zippedBytes(hosted.directory) / MB,
        unit: 'MB',
        peer: { name: 'its code alone, zipped', value: code / MB },
        ...(GOALS[short] === undefined ? {} : { goal: GOALS[short] }),
      },
    ];
  }),
  ...layerFigures(),
];

/** The geo layer, which is apart from the code; 250 MB unzipped is Lambda's limit for both together. */
const layerFigures = (): Figure[] => {
  const folder = join(import.meta.dirname, '../../.build/geo');
  const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  return [
    {
      name: 'geo layer, unzipped',
      value: bytes / MB,
      unit: 'MB',
      peer: { name: 'what Lambda takes, code included', value: 250 },
    },
  ];
};
