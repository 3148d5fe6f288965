import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { cataloguePage, PAGE } from './catalogue-page.ts';

it('is current: `npm run docs` was run after the last change of a definition', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(cataloguePage());
});

it('has a section for every signal', () => {
  const page = cataloguePage();
  for (const { code } of catalogue) expect(page).toContain(`\n## ${code}\n`);
});
