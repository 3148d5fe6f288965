// SPDX-License-Identifier: GPL-3.0-or-later
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where sources, intermediate files and keys are. */
export const paths = {
  repository: at('../..'),
  circuits: at('..'),
  source: at('../credential.circom'),
  inverses: at('../parts/poseidon-inverses.circom'),
  poseidonConstants: at('../../node_modules/circomlib/circuits/poseidon_constants.circom'),
  compiler: at('../../node_modules/circom2/cli.js'),
  includes: at('../../node_modules'),
  build: at('../../.build/circuits'),
  keys: at('../keys'),
} as const;
