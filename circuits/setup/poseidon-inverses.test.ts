// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIELD_ORDER, toField } from '../../functions/credentials/statement/field.ts';
import { paths } from './paths.ts';
import { inversesSource, invert, invertMatrix } from './poseidon-inverses.ts';

it('the committed inverses are those of circomlib’s constants', () => {
  expect(inversesSource(paths.poseidonConstants)).toBe(readFileSync(paths.inverses, 'utf8'));
});

it('an inverse times its matrix is the identity', () => {
  const matrix = [
    [0n, 2n, 5n],
    [7n, 1n, FIELD_ORDER - 1n],
    [3n, 3n, 3n],
  ];
  const inverse = invertMatrix(matrix);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      const sum = matrix[i]!.reduce((total, value, k) => total + value * inverse[k]![j]!, 0n);
      expect(toField(sum)).toBe(i === j ? 1n : 0n);
    }
  expect(toField(invert(12n) * 12n)).toBe(1n);
});

it('what has no inverse is refused', () => {
  expect(() => invert(0n)).toThrow('no inverse');
  expect(() =>
    invertMatrix([
      [1n, 2n],
      [2n, 4n],
    ]),
  ).toThrow('singular');
});
