// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, it } from 'vitest';
import { FIELD_ORDER, toField } from '../functions/credentials/statement/field.ts';
import { PUBLIC_SIGNALS } from '../functions/credentials/statement/public-signals.ts';
import { layOutStatement } from './src/witness-inputs.ts';
import { compiledCircuit, witnessOf } from './testing/circuit.ts';
import { freeWires } from './testing/freedom.ts';
import { broken, type R1cs, readR1cs, readWireNames, Tamperer } from './testing/r1cs.ts';
import { sampleStatement } from './testing/sample.ts';

/** The blocks of `credential.circom`, each by the start of its wires' names. */
const BLOCKS = [
  'main.HolderCommitment',
  'main.IssuerSignature',
  'main.StatusBit',
  'main.QueryDigest',
  'main.SlotValue',
  'main.Predicate',
  'main.SetRoot',
  'main.Pseudonym',
  'main.Poseidon',
  'main.Num2Bits',
  'main.bindingSquare',
];

let r1cs: R1cs;
let names: ReadonlyMap<number, readonly string[]>;
let witness: bigint[];
/** Wires that the inputs do not determine. */
let free: number[];

beforeAll(async () => {
  const compiled = compiledCircuit();
  r1cs = readR1cs(compiled.r1cs);
  names = readWireNames(compiled.sym);
  witness = await witnessOf(layOutStatement(sampleStatement()).inputs);
  free = freeWires(r1cs, witness);
});

const nameOf = (wire: number): string => names.get(wire)?.[0] ?? `wire ${wire}`;

/** A product of differences that is 0 has no inverse, so any number may stand for it: it changes nothing. */
const isIdle = (wire: number): boolean => /^main\.Predicate.*\.IsZero.*\.inv$/.test(nameOf(wire));

describe('the constraint system', () => {
  it('is within the budget: constraints and public signals below 2^14, at most 12 signals', () => {
    expect(r1cs.outputs + r1cs.publicInputs).toBe(PUBLIC_SIGNALS.length);
    expect(PUBLIC_SIGNALS.length).toBeLessThanOrEqual(12);
    expect(r1cs.constraints.length + PUBLIC_SIGNALS.length + 1).toBeLessThanOrEqual(2 ** 14);
  });

  it('accepts the honest witness', () => {
    expect(broken(r1cs, witness)).toEqual([]);
  });

  it('refuses a witness with any one wire altered, in every block', () => {
    const tamperer = new Tamperer(r1cs, witness);
    const altered = new Map<string, number>();
    for (let wire = 1; wire < r1cs.wires; wire++) {
      if (isIdle(wire)) continue;
      const value = witness[wire]!;
      const others = [value + 1n, value - 1n, -value, 0n, 1n, FIELD_ORDER - 1n, value + 2n ** 128n];
      for (const other of others.map(toField)) {
        // The binding is only squared here: Groth16 itself holds a proof to its public signals.
        if (other === value || (nameOf(wire) === 'main.binding' && other === toField(-value))) continue;
        if (!tamperer.isRefused(new Map([[wire, other]]))) expect.fail(`${nameOf(wire)} may be ${other}`);
      }
      const block = BLOCKS.find((prefix) => names.get(wire)?.some((name) => name.startsWith(prefix)));
      if (block !== undefined) altered.set(block, (altered.get(block) ?? 0) + 1);
    }
    expect([...altered.keys()].sort()).toEqual([...BLOCKS].sort());
  });

  it('refuses a witness with two public signals exchanged, or all of a block shifted', () => {
    const tamperer = new Tamperer(r1cs, witness);
    for (let i = 1; i < PUBLIC_SIGNALS.length; i++)
      expect(
        tamperer.isRefused(
          new Map([
            [i, witness[i + 1]!],
            [i + 1, witness[i]!],
          ]),
        ),
        PUBLIC_SIGNALS[i],
      ).toBe(true);
    for (const block of BLOCKS) {
      const wires = [...names].filter(
        ([wire, all]) => wire > 10 && all.some((name) => name.startsWith(block)),
      );
      const shifted = new Map(wires.map(([wire]) => [wire, toField(witness[wire]! + 1n)]));
      expect(tamperer.isRefused(shifted), block).toBe(true);
    }
  });

  it('leaves no wire undetermined by the inputs', () => {
    expect(free.filter((wire) => !isIdle(wire)).map(nameOf)).toEqual([]);
    // The two satisfied `in` predicates of the sample, so the check is seen to find freedom where there is some.
    expect(free).toHaveLength(2);
  });

  it('holds as many constraints as it needs: one per inner wire, and the assertions', () => {
    const inner = r1cs.wires - 1 - r1cs.publicInputs - r1cs.privateInputs;
    // The sums of bits: times 2, ranges 8, status index and chunk, secret and blinding, S, challenge, and one in the
    // strict comparison of the challenge with the field order.
    const sums = 2 + 8 + 2 + 2 + 1 + 1 + 1;
    // Query selectors are bits: five slots, four kinds, one switch. They are inputs, so each is an assertion.
    const selectorBits = 5 * 4 + 4 * 2 + 1;
    // R twice, status bit and root, five status levels, six set levels and the set's root, four predicates, query.
    const equalities = 2 + 2 + 5 + 6 + 1 + 4 + 1;
    // Where a wire is idle, the constraint that would determine it asserts instead.
    expect(r1cs.constraints.length - inner).toBe(sums + selectorBits + equalities);
    expect(free).toHaveLength(2);
  });
});
