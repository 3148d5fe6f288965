import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './figure.ts';

const PROVING = join(import.meta.dirname, '../../circuits/bench/proving.ts');

/**
 * What proving costs a wallet, beside a circuit of 38,004 constraints. In a process of its own: the prover is
 * GPL code, which nothing outside `circuits/` imports, and its memory is part of what is measured.
 */
export const provingFigures = async (): Promise<Figure[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROVING, 'json']);
  const found = JSON.parse(stdout) as Record<string, number>;
  const value = (name: string): number => {
    const number = found[name];
    if (number === undefined) throw new Error(`The circuits' benchmark did not measure ${name}`);
    return number;
  };
  const reference = '38,004 constraints';
  const limit = (name: string, measured: number, unit: string, most: number, goal: string): Figure => ({
    name,
    value: measured,
    unit,
    peer: { name: 'the goal', value: most },
    goal,
  });
  return [
    limit(
      'constraints and public signals',
      value('constraints') + value('publicSignals'),
      '',
      16_384,
      '< 16,384',
    ),
    limit('witness', value('witnessMs'), 'ms', 150, '≤ 150 ms'),
    {
      name: `proof, ${value('threads')} threads`,
      value: value('proveMs'),
      unit: 'ms',
      peer: { name: reference, value: value('referenceProveMs') },
      goal: '≤ 1,600 ms, ≤ 0.4 ×',
    },
    {
      name: '  the same, processor time',
      value: value('proveCpuMs'),
      unit: 'ms',
      peer: { name: reference, value: value('referenceCpuMs') },
    },
    limit('proving key', value('provingKeyBytes') / 1e6, 'MB', 10, '≤ 10 MB'),
    limit('peak memory of a proving process', value('peakMemoryMb'), 'MB', 400, '< 400 MB'),
  ];
};
