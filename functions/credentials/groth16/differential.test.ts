import { bn254 } from '@noble/curves/bn254.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BatchItem, verifyBatch } from './batch.ts';
import { P, R } from './field.ts';
import type { Groth16Proof } from './proof.ts';
import { type KeyJson, nobleAccepts, singleThreadedSnarkjs, snarkjsAccepts } from './testing/oracles.ts';
import { replaced } from './testing/replaced.ts';
import { load, semaphoreKeyText, semaphoreProofs } from './testing/semaphore.ts';
import { derive, json1, json2, mod, times1, times2, trapdoor } from './testing/trapdoor.ts';
import type { VerificationKey } from './verification-key.ts';
import { verify } from './verify.ts';

let stop: () => Promise<void>;
beforeAll(async () => {
  stop = await singleThreadedSnarkjs();
});
afterAll(() => stop());

/**
 * DIFFERENTIAL_SCALE=20 runs thousands of proofs of each kind through all three engines (half an hour);
 * without it this engine still judges thousands, and the slow ones a sample.
 */
const SCALE = Number(process.env.DIFFERENTIAL_SCALE ?? 1);
const TIMEOUT = 120_000 * SCALE;

const setup = trapdoor('differential', 3);
const key = await load(setup.key);

/** A repeatable stream of numbers below `bound`. */
const dice = (seed: string) => {
  let state = derive(seed);
  return (bound: number) => {
    state = mod(state * 6364136223846793005n + 1442695040888963407n, 1n << 128n);
    return Number((state >> 64n) % BigInt(bound));
  };
};

const accepts = (key: VerificationKey, { publicSignals, proof }: BatchItem) => {
  try {
    return verify(key, publicSignals, proof);
  } catch {
    return false;
  }
};

/** Verdicts of `verify` on every item, after making sure that `verifyBatch` gives the same. */
function judgeAll(key: VerificationKey, items: readonly BatchItem[]): boolean[] {
  const verdicts = items.map((item) => accepts(key, item));
  const failed = new Set(verifyBatch(key, items).failed.map(({ index }) => index));
  expect(verdicts).toEqual(items.map((_, i) => !failed.has(i)));
  return verdicts;
}

const valid: BatchItem[] = Array.from({ length: 40 }, (_, i) => {
  const signals = [0, 1, 2].map((j) => ((i + j) % 5 === 0 ? BigInt(j) : derive(`signal/${i}/${j}`)));
  return { publicSignals: signals.map(String), proof: setup.prove(signals, `valid/${i}`) };
});

const semaphore = await Promise.all(
  semaphoreProofs.map(async ({ depth, publicSignals, proof }) => {
    const text = semaphoreKeyText(depth);
    return { json: JSON.parse(text) as KeyJson, key: await load(text), item: { publicSignals, proof } };
  }),
);

describe('valid proofs', () => {
  it('of a set-up with known secrets are taken by all three', { timeout: TIMEOUT }, async () => {
    expect(judgeAll(key, valid)).toEqual(valid.map(() => true));
    for (const [i, { publicSignals, proof }] of valid.entries()) {
      expect(await snarkjsAccepts(setup.key, publicSignals, proof)).toBe(true);
      if (i % 4 === 0) expect(nobleAccepts(setup.key, publicSignals, proof)).toBe(true);
    }
  });

  it("of Semaphore's circuits are taken by all three", { timeout: TIMEOUT }, async () => {
    for (const { json, key, item } of semaphore) {
      expect(accepts(key, item)).toBe(true);
      expect(await snarkjsAccepts(json, item.publicSignals, item.proof)).toBe(true);
      expect(nobleAccepts(json, item.publicSignals, item.proof)).toBe(true);
    }
  });
});

describe('tampered proofs', () => {
  /** Well formed throughout: points and signals of other valid proofs, or negated points. */
  const tamper = (items: readonly BatchItem[], roll: (bound: number) => number): BatchItem => {
    const item = items[roll(items.length)]!;
    const other = items[roll(items.length)]!;
    const negate = (y: string) => String(P - BigInt(y));
    const { proof, publicSignals } = item;
    const changes: (() => BatchItem)[] = [
      () => ({ publicSignals, proof: { ...proof, pi_a: other.proof.pi_a } }),
      () => ({ publicSignals, proof: { ...proof, pi_b: other.proof.pi_b } }),
      () => ({ publicSignals, proof: { ...proof, pi_c: other.proof.pi_c } }),
      () => ({ publicSignals, proof: { ...proof, pi_a: proof.pi_c, pi_c: proof.pi_a } }),
      () => ({ publicSignals: other.publicSignals, proof }),
      () => ({ publicSignals: publicSignals.toReversed(), proof }),
      () => ({ publicSignals: publicSignals.with(roll(3), String(derive(`tamper/${roll(1e9)}`))), proof }),
      () => ({ publicSignals, proof: replaced(proof, 'pi_a.1', negate) }),
      () => ({ publicSignals, proof: replaced(proof, 'pi_c.1', negate) }),
    ];
    return changes[roll(changes.length)]!();
  };

  it('get the same answer from all three', { timeout: TIMEOUT }, async () => {
    const roll = dice('tamper');
    const items = Array.from({ length: 300 * SCALE }, () => tamper(valid, roll));
    const verdicts = judgeAll(key, items);
    // A roll may hit the item itself; such a "tampered" proof is still valid, and is worth keeping.
    expect(verdicts.filter((ok) => !ok).length).toBeGreaterThan(250 * SCALE);
    for (let i = 0; i < 60 * SCALE; i++) {
      const { publicSignals, proof } = items[i]!;
      expect(await snarkjsAccepts(setup.key, publicSignals, proof)).toBe(verdicts[i]);
      if (i % 6 === 0) expect(nobleAccepts(setup.key, publicSignals, proof)).toBe(verdicts[i]);
    }
  });

  it("of Semaphore's circuits likewise", { timeout: TIMEOUT }, async () => {
    const roll = dice('semaphore');
    const group = semaphore.filter(({ json }) => json.IC[1]![0] === semaphore[0]!.json.IC[1]![0]);
    const items = group.map(({ item }) => item);
    const tampered = Array.from({ length: 60 * SCALE }, () => tamper(items, roll));
    const verdicts = judgeAll(group[0]!.key, tampered);
    for (let i = 0; i < 20 * SCALE; i++) {
      const { publicSignals, proof } = tampered[i]!;
      expect(await snarkjsAccepts(group[0]!.json, publicSignals, proof)).toBe(verdicts[i]);
    }
  });
});

describe('malformed proofs', () => {
  /** One character of one number changed, put in or taken out, or one member lost. */
  const mangle = (item: BatchItem, roll: (bound: number) => number): BatchItem => {
    const copy = structuredClone(item) as unknown as Record<string, unknown>;
    const places: [Record<number | string, unknown>, number | string][] = [];
    const walk = (at: Record<number | string, unknown>) => {
      for (const name of Object.keys(at)) {
        if (typeof at[name] === 'object' && at[name] !== null) walk(at[name] as Record<string, unknown>);
        else if (name !== 'protocol' && name !== 'curve') places.push([at, name]);
      }
    };
    walk(copy);
    const [owner, name] = places[roll(places.length)]!;
    const text = String(owner[name]);
    const at = roll(text.length);
    const digit = '0123456789 -+xn.'[roll(16)]!;
    const changes = [
      () => `${text.slice(0, at)}${digit}${text.slice(at + 1)}`,
      () => `${text.slice(0, at)}${digit}${text.slice(at)}`,
      () => `${text.slice(0, at)}${text.slice(at + 1)}`,
      () => Number(text),
      () => null,
      () => [text],
    ];
    owner[name] = changes[roll(changes.length)]!();
    return copy as unknown as BatchItem;
  };

  it('are never taken, and what snarkjs takes of them is only another spelling', {
    timeout: TIMEOUT,
  }, async () => {
    const roll = dice('mangle');
    const items = Array.from({ length: 2500 * SCALE }, (_, i) => {
      const original = valid[i % valid.length]!;
      return { original, mangled: mangle(original, roll) };
    });
    const verdicts = judgeAll(
      key,
      items.map(({ mangled }) => mangled),
    );
    for (const [i, { original, mangled }] of items.entries()) {
      const same = JSON.stringify(original) === JSON.stringify(mangled);
      expect(verdicts[i], JSON.stringify(mangled)).toBe(same);
    }
    let lax = 0;
    for (const [i, { original, mangled }] of items.slice(0, 150 * SCALE).entries()) {
      if (verdicts[i] || !(await snarkjsAccepts(setup.key, mangled.publicSignals, mangled.proof))) continue;
      lax++;
      // The same numbers, written otherwise: a leading zero, an array in place of text, and "-" in place of 0.
      const flat = (item: BatchItem) =>
        [item.publicSignals, item.proof.pi_a, item.proof.pi_b, item.proof.pi_c].flat(3).map((value) => {
          try {
            return BigInt(value);
          } catch {
            return 0n;
          }
        });
      expect(flat(mangled)).toEqual(flat(original));
    }
    expect(lax).toBeGreaterThan(0);
  });
});

describe('where the libraries are lax and this engine is strict', () => {
  const signals = ['5', '0', '0'];
  const proof = setup.prove([5n, 0n, 0n], 'lax');
  const [alpha, beta, gamma, delta] = ['alpha', 'beta', 'gamma', 'delta'].map((n) =>
    derive(`differential/${n}`),
  ) as [bigint, bigint, bigint, bigint];
  const statement = derive('differential/ic/0') + 5n * derive('differential/ic/1');
  const over = (value: bigint, by: bigint) => mod(value * bn254.fields.Fr.inv(by), R);
  /** With A or B at infinity, this C completes the equation; with C at infinity, this A does (B = G2). */
  const lonelyC = json1(times1(over(-(alpha * beta + statement * gamma), delta)));
  const lonelyA = json1(times1(alpha * beta + statement * gamma));
  const infinity = ['0', '1', '0'];
  const spelled = (path: string, change: unknown): Groth16Proof => replaced(proof, path, change);
  const plusModulus = (x: string) => String(BigInt(x) + P);

  it.each<[why: string, snarkjs: boolean, noble: boolean, signals: unknown, proof: Groth16Proof]>([
    ['fewer signals: the missing ones count as 0, so a statement has many lengths', true, true, ['5'], proof],
    ['more signals: covered by nothing', false, true, [...signals, '0'], proof],
    [
      'a leading zero: two texts for one signal slip past a check for equality',
      true,
      true,
      ['05', '0', '0'],
      proof,
    ],
    ['hexadecimal: likewise', true, true, ['0x5', '0', '0'], proof],
    ['no text: reads as 0', true, true, ['5', '', '0'], proof],
    ['numbers: lose digits on their way through JSON', true, true, [5, 0, 0], proof],
    [
      'A plus the modulus: a second spelling of one point',
      true,
      false,
      signals,
      spelled('pi_a.0', plusModulus),
    ],
    ['B plus the modulus: likewise', true, true, signals, spelled('pi_b.1.0', plusModulus)],
    [
      'Jacobian coordinates: p - 1 spellings of one point',
      true,
      false,
      signals,
      spelled('pi_a', ([x, y]: string[]) =>
        [mod(BigInt(x!) * 25n, P), mod(BigInt(y!) * 125n, P), 5n].map(String),
      ),
    ],
    ['two coordinates', true, true, signals, spelled('pi_a', (p: string[]) => p.slice(0, 2))],
    [
      'four coordinates: the last covered by nothing',
      true,
      true,
      signals,
      spelled('pi_a', (p: string[]) => [...p, '9']),
    ],
    ['an unknown member: covered by nothing', true, true, signals, spelled('note', 'x')],
    ['another protocol', true, true, signals, spelled('protocol', 'plonk')],
    ['another curve', true, true, signals, spelled('curve', 'bls12381')],
    [
      'A at infinity: no honest prover writes it',
      true,
      false,
      signals,
      { ...proof, pi_a: infinity, pi_c: lonelyC },
    ],
    [
      'A as (0, 0): infinity by another name',
      true,
      true,
      signals,
      { ...proof, pi_a: ['0', '0', '1'], pi_c: lonelyC },
    ],
    [
      'C at infinity',
      true,
      false,
      signals,
      { ...proof, pi_a: lonelyA, pi_b: json2(times2(1n)), pi_c: infinity },
    ],
  ])('%s', async (_, snarkjs, noble, given, proof) => {
    expect(await snarkjsAccepts(setup.key, given as string[], proof)).toBe(snarkjs);
    // @noble/curves has no Groth16: this is the equation written plainly over it, reading with BigInt().
    expect(nobleAccepts(setup.key, given as string[], proof)).toBe(noble);
    expect(accepts(key, { publicSignals: given as string[], proof })).toBe(false);
  });

  it('takes the proof that all of these were made from', async () => {
    expect(accepts(key, { publicSignals: signals, proof })).toBe(true);
    expect(await snarkjsAccepts(setup.key, signals, proof)).toBe(true);
  });
});
