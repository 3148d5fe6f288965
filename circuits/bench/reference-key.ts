// SPDX-License-Identifier: GPL-3.0-or-later

/** One section of an iden3 binary file. */
interface Section {
  readonly id: number;
  readonly bytes: Uint8Array;
}

const HEADER = 2;
const COEFFICIENTS = 4;
const [A, B1, B2, C, H] = [5, 6, 7, 8, 9] as const;
const G1 = 64;
const G2 = 128;
const FIELD = 32;

/**
 * Blows a proving key and its witness up to a circuit of another size: wires and constraints are those of the circuit,
 * over and over. What it proves is nothing, and its proofs do not verify; it takes the time and memory that a
 * circuit of that size with the same mix of constraints would, which is what a comparison of sizes needs.
 *
 * @param zkey a Groth16 key of snarkjs. @param constraints the size to reach.
 */
export function enlarge(zkey: Uint8Array, wtns: Uint8Array, from: number, constraints: number) {
  const sections = read(zkey);
  const section = (id: number): Uint8Array => sections.find((each) => each.id === id)!.bytes;
  const header = section(HEADER).slice();
  const view = new DataView(header.buffer);
  const at = 4 + FIELD + 4 + FIELD; // n8q, q, n8r, r
  const [wires, publics] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
  const factor = constraints / from;
  const newWires = Math.floor(wires * factor);
  const domain = 2 ** Math.ceil(Math.log2(constraints + publics + 1));
  view.setUint32(at, newWires, true);
  view.setUint32(at + 8, domain, true);

  const grown = new Map<number, Uint8Array>([
    [HEADER, header],
    [COEFFICIENTS, growCoefficients(section(COEFFICIENTS), from, constraints, wires)],
    [A, repeat(section(A), newWires * G1)],
    [B1, repeat(section(B1), newWires * G1)],
    [B2, repeat(section(B2), newWires * G2)],
    [C, repeat(section(C), (newWires - publics - 1) * G1)],
    [H, repeat(section(H), domain * G1)],
  ]);
  const witness = read(wtns);
  const witnessHeader = witness[0]!.bytes.slice();
  new DataView(witnessHeader.buffer).setUint32(4 + FIELD, newWires, true);
  return {
    zkey: write(
      zkey,
      sections.map(({ id, bytes }) => ({ id, bytes: grown.get(id) ?? bytes })),
    ),
    wtns: write(wtns, [
      { id: 1, bytes: witnessHeader },
      { id: 2, bytes: repeat(witness[1]!.bytes, newWires * FIELD) },
    ]),
  };
}

/** Entries of the matrices A and B: matrix, constraint, wire (4 bytes each), and the coefficient. */
function growCoefficients(bytes: Uint8Array, from: number, to: number, wires: number): Uint8Array {
  const size = 12 + FIELD;
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const entries: Uint8Array[] = [];
  for (let base = 0, shift = 0; base < to; base += from, shift += wires)
    for (let i = 0; i < count; i++) {
      const entry = bytes.slice(4 + i * size, 4 + (i + 1) * size);
      const view = new DataView(entry.buffer);
      const [constraint, wire] = [view.getUint32(4, true) + base, view.getUint32(8, true) + shift];
      if (constraint >= to || wire >= Math.floor((wires * to) / from)) continue;
      view.setUint32(4, constraint, true);
      view.setUint32(8, wire, true);
      entries.push(entry);
    }
  const out = new Uint8Array(4 + entries.length * size);
  new DataView(out.buffer).setUint32(0, entries.length, true);
  for (const [i, entry] of entries.entries()) out.set(entry, 4 + i * size);
  return out;
}

function repeat(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += bytes.length)
    out.set(bytes.subarray(0, Math.min(bytes.length, length - at)), at);
  return out;
}

function read(file: Uint8Array): Section[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sections: Section[] = [];
  for (let at = 12; at < file.length; ) {
    const length = Number(view.getBigUint64(at + 4, true));
    sections.push({ id: view.getUint32(at, true), bytes: file.subarray(at + 12, at + 12 + length) });
    at += 12 + length;
  }
  return sections;
}

function write(like: Uint8Array, sections: readonly Section[]): Uint8Array {
  const out = new Uint8Array(12 + sections.reduce((sum, { bytes }) => sum + 12 + bytes.length, 0));
  const view = new DataView(out.buffer);
  out.set(like.subarray(0, 12));
  let at = 12;
  for (const { id, bytes } of sections) {
    view.setUint32(at, id, true);
    view.setBigUint64(at + 4, BigInt(bytes.length), true);
    out.set(bytes, at + 12);
    at += 12 + bytes.length;
  }
  return out;
}
