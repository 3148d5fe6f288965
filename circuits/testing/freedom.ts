// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD_ORDER, toField } from '../../functions/credentials/statement/field.ts';
import { invert } from '../setup/poseidon-inverses.ts';
import { evaluate, type LinearForm, type R1cs } from './r1cs.ts';

/**
 * The wires that could move a little while the inputs stay and every constraint still holds.
 *
 * At a witness each constraint a·b = c has the differential b·da + a·db = dc. With the inputs held, these are linear
 * equations in the other wires; a wire that they do not force to stand still is one the circuit does not
 * determine. Empty means that the witness is, locally, the only one for its inputs.
 *
 * The equations are solved by elimination, shortest first; they fall apart into small systems, one per hash.
 */
export function freeWires(r1cs: R1cs, witness: readonly bigint[]): number[] {
  const firstInput = 1 + r1cs.outputs;
  const firstInner = firstInput + r1cs.publicInputs + r1cs.privateInputs;
  const held = (wire: number): boolean => wire === 0 || (wire >= firstInput && wire < firstInner);

  const rows = r1cs.constraints.map(([a, b, c]) => {
    const row = new Map<number, bigint>();
    const add = (form: LinearForm, scale: bigint): void => {
      if (scale === 0n) return;
      for (const [wire, coefficient] of form) {
        if (held(wire)) continue;
        const sum = toField((row.get(wire) ?? 0n) + scale * coefficient);
        if (sum === 0n) row.delete(wire);
        else row.set(wire, sum);
      }
    };
    add(a, evaluate(b, witness));
    add(b, evaluate(a, witness));
    add(c, FIELD_ORDER - 1n);
    return row;
  });

  const columns = new Map<number, Set<number>>();
  for (const [i, row] of rows.entries())
    for (const wire of row.keys()) {
      const known = columns.get(wire);
      if (known === undefined) columns.set(wire, new Set([i]));
      else known.add(i);
    }

  // Rows by length. A row may stand in an outdated bucket; its length is compared when it is taken out.
  const buckets: number[][] = [];
  const put = (i: number): void => {
    const length = rows[i]!.size;
    if (length === 0) return;
    buckets[length] ??= [];
    buckets[length].push(i);
  };
  for (const i of rows.keys()) put(i);

  const pivots = new Set<number>();
  const done = new Set<number>();
  for (;;) {
    const bucket = buckets.find((candidates) => candidates !== undefined && candidates.length > 0);
    if (bucket === undefined) break;
    const length = buckets.indexOf(bucket);
    const i = bucket.pop()!;
    const row = rows[i]!;
    if (done.has(i) || row.size !== length) continue;
    done.add(i);
    // The pivot is the wire in the fewest rows, so that elimination fills in little.
    const [wire, pivot] = [...row].reduce((best, entry) =>
      columns.get(entry[0])!.size < columns.get(best[0])!.size ? entry : best,
    );
    pivots.add(wire);
    const scale = FIELD_ORDER - invert(pivot);
    for (const other of columns.get(wire)!) {
      if (other === i || done.has(other)) continue;
      const target = rows[other]!;
      const factor = (target.get(wire)! * scale) % FIELD_ORDER;
      for (const [column, coefficient] of row) {
        const sum = toField((target.get(column) ?? 0n) + factor * coefficient);
        if (sum === 0n) {
          target.delete(column);
          columns.get(column)!.delete(other);
        } else {
          target.set(column, sum);
          columns.get(column)!.add(other);
        }
      }
      put(other);
    }
  }

  const free: number[] = [];
  for (let wire = 1; wire < r1cs.wires; wire++) if (!held(wire) && !pivots.has(wire)) free.push(wire);
  return free;
}
