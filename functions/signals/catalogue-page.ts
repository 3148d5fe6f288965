import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue } from './catalogue.ts';
import radii from './network/accuracy-radii.json' with { type: 'json' };
import list from './network/network-classes.json' with { type: 'json' };
import type { Grade, SignalDefinition } from './signal.ts';

/** Where the page is kept. */
export const PAGE = fileURLToPath(new URL('../../docs/signals.md', import.meta.url));

/**
 * The page `docs/signals.md`, from the definitions that run: `npm run docs` writes it and a test compares.
 *
 * @example
 * ```ts
 * writeFileSync(PAGE, cataloguePage());
 * ```
 */
export function cataloguePage(): string {
  return `${[
    '# Signals',
    'Every signal that Countersign derives from an event and the baselines, in the order of the feature vector. This page is generated from the definitions (`npm run docs`).',
    'A signal answers with a number in its range, or says why it could not be evaluated; nothing is guessed. What a value weighs is up to the model: a signal states evidence, it does not judge. Country itself never raises risk, only its novelty for that subject does.',
    '| | signal | unit | range |\n|---|---|---|---|\n' +
      catalogue
        .map(({ code, title, unit, range }, index) => {
          return `| ${index + 1} | [\`${code}\`](#${code.toLowerCase()}): ${title} | ${unit} | ${span(range)} |`;
        })
        .join('\n'),
    ...catalogue.map(section),
    '## Kinds of networks',
    list.about,
    Object.entries(list.classes)
      .map(([name, { about, asns, prefixes }]) => {
        const size = `${amount(Object.keys(asns).length, 'autonomous system')}, ${amount(Object.keys(prefixes).length, 'prefix', 'prefixes')}`;
        return `- **${name}**: ${about} ${size}.`;
      })
      .join('\n'),
    'The list is `functions/signals/network/network-classes.json`.',
    '## Where locations come from',
    'Cities are from [IP Geolocation by DB-IP](https://db-ip.com) (CC BY 4.0), autonomous systems from Route Views, the Number Resource Organization and DB-IP (CC BY 4.0), both as packed by ip-location-db for npm. Its authors say that the data on npm has errors and that they move to another channel; an operator who has a better database puts it into the geo layer under the same names (MaxMind DB format), and where its records state an accuracy radius, that one is used.',
    'The free records state none. For them the radius is our own estimate per prefix length: the 67th percentile of distances from the main place within those blocks of the same size that the database does subdivide (`node infra/geo-data.ts --estimate-radii`). It measures how finely the database tells places apart, not how often it is wrong: for that one would need true positions, which nobody gives away. Typical figures, km:',
    radiusTable(),
  ].join('\n\n')}\n`;
}

function section({ code, title, description, unit, range, alsoKnownAs, texts }: SignalDefinition): string {
  return [
    `## ${code}`,
    `*${title}*`,
    description,
    `- Value: ${unit}, ${span(range)}.`,
    ...(alsoKnownAs ? [`- Elsewhere: ${alsoKnownAs.join(', ')}.`] : []),
    `- The subject reads, by the value: ${texts.map(read).join(' ')}`,
  ]
    .join('\n\n')
    .replaceAll('.\n\n- ', '.\n- ')
    .replace(`${description}\n- `, `${description}\n\n- `);
}

function read({ below, text }: Grade): string {
  return below === undefined ? `Else: “${text}”` : `Below ${minus(below)}: “${text}”`;
}

function span([low, high]: readonly [number, number]): string {
  return `${minus(low)} to ${minus(high)}`;
}

function radiusTable(): string {
  const rows = [
    ['IPv4', radii.ipv4, [12, 14, 16, 18, 20, 24, 32]],
    ['IPv6', radii.ipv6, [28, 32, 38, 44, 48, 56, 64]],
  ] as const;
  return rows
    .map(([family, table, lengths]) => {
      const cells = lengths.map((length) => `${(table as Record<string, number>)[length]}`);
      return `| ${family} | ${lengths.map((length) => `/${length}`).join(' | ')} |\n|---${'|---'.repeat(lengths.length)}|\n| km | ${cells.join(' | ')} |`;
    })
    .join('\n\n');
}

function minus(value: number): string {
  return value.toLocaleString('en').replace('-', '−');
}

function amount(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? 'no' : count} ${count === 1 ? one : many}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, cataloguePage());
