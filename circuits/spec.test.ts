// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { paths } from './setup/paths.ts';
import { statementVectors } from './setup/statement-vectors.ts';

it('the vectors of the specification are what this implementation computes', () => {
  const committed = JSON.parse(
    readFileSync(join(paths.circuits, 'spec/vectors/statement.json'), 'utf8'),
  ) as unknown;
  expect(statementVectors()).toEqual(committed);
});
