import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { feedFromStix } from './stix.ts';
import { threatTable } from './threat-feed.ts';

const LAYER_FILE = join(
  fileURLToPath(new URL('../../../', import.meta.url)),
  '.build/geo/geo/threat-feed.json',
);

const HELP = `Makes a threat feed of the indicators in STIX 2.1 bundles.

node functions/signals/feeds/import-stix.ts BUNDLE.json... [options]
  --version TEXT   name of the feed, in every decision that used it   (default: today's date)
  --source TEXT    where it is from, with the notice its licence asks for
  --out FILE       where to write    (default: the layer that is deployed with the geo data, and run by npm start)

Upload FILE to S3 and set "threatFeed": "s3://bucket/key" to change the feed without deploying.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    source: { type: 'string' },
    out: { type: 'string', default: LAYER_FILE },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || positionals.length === 0) {
  console.error(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const bundles = await Promise.all(
    positionals.map(async (file) => JSON.parse(await readFile(file, 'utf8'))),
  );
  const objects = bundles.flatMap((bundle) => (bundle?.type === 'bundle' ? bundle.objects : [bundle]));
  const { feed, skipped } = feedFromStix({ type: 'bundle', objects }, values.version, Date.now());
  const named = values.source === undefined ? feed : { ...feed, source: values.source };
  threatTable(named);
  await writeFile(values.out, `${JSON.stringify(named)}\n`);
  console.log(`${feed.entries.length} prefixes in feed ${feed.version}: ${values.out}`);
  for (const [reason, count] of Object.entries(skipped)) console.log(`  ${count} left out: ${reason}`);
}
