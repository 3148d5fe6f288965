// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { FIELD_ORDER, toField } from '../../functions/credentials/statement/field.ts';

/** A linear form: wires and their coefficients. */
export type LinearForm = readonly (readonly [wire: number, coefficient: bigint])[];

/** One constraint: a·b = c. */
export type Constraint = readonly [a: LinearForm, b: LinearForm, c: LinearForm];

/** A circuit as the set-up sees it. */
export interface R1cs {
  readonly wires: number;
  readonly outputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  readonly constraints: readonly Constraint[];
}

/** Reads a `.r1cs` file (iden3's binary format, version 1). Wire 0 is the constant 1. */
export function readR1cs(path: string): R1cs {
  const bytes = readFileSync(path);
  const sections = new Map<number, number>();
  for (let at = 12, i = 0; i < bytes.readUInt32LE(8); i++) {
    sections.set(bytes.readUInt32LE(at), at + 12);
    at += 12 + Number(bytes.readBigUInt64LE(at + 4));
  }
  const header = sections.get(1)!;
  const size = bytes.readUInt32LE(header);
  const count = (i: number): number => bytes.readUInt32LE(header + 4 + size + 4 * i);
  let at = sections.get(2)!;
  const number = (): number => {
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const element = (): bigint => {
    let value = 0n;
    for (let i = size - 8; i >= 0; i -= 8) value = (value << 64n) | bytes.readBigUInt64LE(at + i);
    at += size;
    return value;
  };
  const form = (): LinearForm => Array.from({ length: number() }, () => [number(), element()] as const);
  // The counts: wires, outputs, public inputs, private inputs, labels (64 bits), constraints.
  const constraints = Array.from({ length: count(6) }, () => [form(), form(), form()] as const);
  return { wires: count(0), outputs: count(1), publicInputs: count(2), privateInputs: count(3), constraints };
}

/** The names of each wire, from a `.sym` file: `main.a.b[0]`. Several signals may share a wire. */
export function readWireNames(path: string): ReadonlyMap<number, readonly string[]> {
  const names = new Map<number, string[]>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, wire, , name] = line.split(',');
    if (name === undefined || Number(wire) < 0) continue;
    const known = names.get(Number(wire));
    if (known === undefined) names.set(Number(wire), [name]);
    else known.push(name);
  }
  return names;
}

/** The value of a linear form. */
export function evaluate(form: LinearForm, witness: readonly bigint[]): bigint {
  let sum = 0n;
  for (const [wire, coefficient] of form) sum += coefficient * witness[wire]!;
  return toField(sum);
}

/** Which constraints a witness breaks. */
export const broken = (r1cs: R1cs, witness: readonly bigint[]): number[] =>
  r1cs.constraints.flatMap(([a, b, c], i) =>
    toField(evaluate(a, witness) * evaluate(b, witness) - evaluate(c, witness)) === 0n ? [] : [i],
  );

/** Answers, for one witness, whether altering some wires breaks a constraint; it looks only at those that hold them. */
export class Tamperer {
  readonly #r1cs: R1cs;
  readonly #witness: readonly bigint[];
  readonly #of = new Map<number, Set<number>>();

  constructor(r1cs: R1cs, witness: readonly bigint[]) {
    this.#r1cs = r1cs;
    this.#witness = witness;
    for (const [i, constraint] of r1cs.constraints.entries())
      for (const form of constraint)
        for (const [wire] of form) {
          const known = this.#of.get(wire);
          if (known === undefined) this.#of.set(wire, new Set([i]));
          else known.add(i);
        }
  }

  isRefused(changes: ReadonlyMap<number, bigint>): boolean {
    const value = (form: LinearForm): bigint => {
      let sum = 0n;
      for (const [wire, coefficient] of form)
        sum += coefficient * (changes.get(wire) ?? this.#witness[wire]!);
      return sum;
    };
    const touched = new Set([...changes.keys()].flatMap((wire) => [...(this.#of.get(wire) ?? [])]));
    return [...touched].some((i) => {
      const [a, b, c] = this.#r1cs.constraints[i]!;
      return (value(a) * value(b) - value(c)) % FIELD_ORDER !== 0n;
    });
  }
}
