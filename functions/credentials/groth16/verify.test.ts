import { bn254 } from '@noble/curves/bn254.js';
import { describe, expect, it } from 'vitest';
import { P, R } from './field.ts';
import { replaced } from './testing/replaced.ts';
import { load, semaphoreKeyText, semaphoreProofs } from './testing/semaphore.ts';
import { derive, json1, json2, mod, times1, times2, trapdoor, twistPoint } from './testing/trapdoor.ts';
import { verify } from './verify.ts';

const setup = trapdoor('verify', 3);
const key = await load(setup.key);
const signals = [5n, 0n, R - 1n];
const texts = signals.map(String);
const proof = setup.prove(signals, 'one');
const problem = (field: string, code: string) =>
  expect.objectContaining({ code, fields: [expect.objectContaining({ field })] });
const judge = (path: string, change: unknown) => () => verify(key, texts, replaced(proof, path, change));

describe('verify', () => {
  it('takes a valid proof, with protocol and curve named or left out', () => {
    expect(verify(key, texts, proof)).toBe(true);
    const { pi_a, pi_b, pi_c } = proof;
    expect(verify(key, texts, { pi_a, pi_b, pi_c })).toBe(true);
  });

  it("takes Semaphore's proofs, and refuses each with one public signal changed", async () => {
    for (const { depth, publicSignals, proof } of semaphoreProofs) {
      const key = await load(semaphoreKeyText(depth));
      expect(verify(key, publicSignals, proof)).toBe(true);
      for (let i = 0; i < publicSignals.length; i++) {
        const changed = publicSignals.with(i, String((BigInt(publicSignals[i]!) + 1n) % R));
        expect(verify(key, changed, proof)).toBe(false);
      }
    }
  });

  it('refuses a proof made under another key', async () => {
    const [shallow, deep] = [semaphoreProofs[0]!, semaphoreProofs.at(-1)!];
    expect(verify(await load(semaphoreKeyText(deep.depth)), shallow.publicSignals, shallow.proof)).toBe(
      false,
    );
  });

  it('works when the statement adds up to infinity', async () => {
    // IC_0 + 1 IC_1 = 0: a pairing with infinity, which is one.
    const odd = trapdoor('odd', 1, [7n, R - 7n]);
    const oddKey = await load(odd.key);
    expect(verify(oddKey, ['1'], odd.prove([1n], 'p'))).toBe(true);
    expect(verify(oddKey, ['2'], odd.prove([1n], 'p'))).toBe(false);
  });

  it('answers the same again: judging leaves nothing behind', () => {
    const stray = twistPoint(3n);
    const { mcl } = key.prepared;
    const taken = () => [mcl.memory().length, mcl.stackSave(), mcl.malloc(0)];
    const before = taken();
    for (let i = 0; i < 20; i++) {
      expect(verify(key, texts, proof)).toBe(true);
      expect(judge('pi_b', stray)).toThrow();
      expect(judge('pi_c', ['1', '1', '1'])).toThrow();
      expect(() => verify(key, [], proof)).toThrow();
      expect(verify(key, ['6', '0', texts[2]!], proof)).toBe(false);
    }
    expect(taken().slice(0, 2)).toEqual(before.slice(0, 2));
    // What would be allocated next lies where it lay before, but for the few bytes that asking took.
    expect(taken()[2]! - before[2]!).toBeLessThan(256);
  });
});

describe('public signals', () => {
  it.each([
    ['too few', ['5', '0'], 'publicSignals'],
    ['too many', [...texts, '0'], 'publicSignals'],
    ['a value plus the group order', ['5', String(R), texts[2]!], 'publicSignals.1'],
    ['a leading zero', ['05', '0', texts[2]!], 'publicSignals.0'],
    ['hexadecimal', ['0x5', '0', texts[2]!], 'publicSignals.0'],
    ['a negative value', ['5', '0', '-1'], 'publicSignals.2'],
    ['numbers', [5, 0, -1] as never, 'publicSignals.0'],
    ['no text', ['5', '', texts[2]!], 'publicSignals.1'],
    ['a hole', Object.assign(['5'], { 2: texts[2] }) as never, 'publicSignals.1'],
    ['text', '500' as never, 'publicSignals'],
    ['nothing', undefined as never, 'publicSignals'],
  ])('refuses %s', (_, bad, field) => {
    expect(() => verify(key, bad, proof)).toThrow(problem(field, 'public-signals-malformed'));
  });
});

describe('spelling of the proof', () => {
  const plusModulus = (x: string) => String(BigInt(x) + P);
  const projective = ([x, y]: string[]) =>
    [mod(BigInt(x!) * 25n, P), mod(BigInt(y!) * 125n, P), 5n].map(String);

  it.each<[string, string, unknown, string?]>([
    ['a coordinate plus the modulus', 'pi_a.0', plusModulus],
    ['a coordinate of B plus the modulus', 'pi_b.1.0', plusModulus],
    ['a coordinate with a leading zero', 'pi_a.0', (x: string) => `0${x}`],
    ['a coordinate in hexadecimal', 'pi_a.0', (x: string) => `0x${BigInt(x).toString(16)}`],
    ['a coordinate that is a number', 'pi_c.1', 2],
    ['the same point in Jacobian coordinates', 'pi_a', projective, 'pi_a.2'],
    ['a point without its third coordinate', 'pi_a', (p: string[]) => p.slice(0, 2)],
    ['a point with a fourth coordinate', 'pi_c', (p: string[]) => [...p, '0']],
    ['B without its third coordinate', 'pi_b', (p: string[][]) => p.slice(0, 2)],
    ['A at infinity', 'pi_a', ['0', '1', '0'], 'pi_a.2'],
    [
      'B at infinity',
      'pi_b',
      [
        ['0', '0'],
        ['1', '0'],
        ['0', '0'],
      ],
      'pi_b.2',
    ],
    ['C at infinity', 'pi_c', ['0', '1', '0'], 'pi_c.2'],
    ['no B', 'pi_b', undefined],
    ['an unknown member', 'note', 'covered by nothing', ''],
    ['another protocol', 'protocol', 'plonk'],
    ['another curve', 'curve', 'bls12381'],
  ])('refuses %s', (_, path, change, field = path) => {
    expect(judge(path, change)).toThrow(problem(field, 'proof-malformed'));
  });

  it.each([[null], [undefined], [[]], ['proof'], [7]])('refuses %j in place of a proof', (value) => {
    expect(() => verify(key, texts, value as never)).toThrow(problem('', 'proof-malformed'));
  });

  it('never repeats what it was given', () => {
    const secret = '1234512345123451234512345';
    try {
      verify(key, [secret, '0', `0${secret}`], proof);
      expect.unreachable();
    } catch (error) {
      expect(
        JSON.stringify([error, (error as Error).message, (error as { fields: unknown }).fields]),
      ).not.toContain(secret);
    }
  });
});

describe('points of the proof', () => {
  it.each<[string, string, unknown, string?]>([
    ['A off the curve', 'pi_a', ['1', '3', '1']],
    ['A as (0, 0)', 'pi_a', ['0', '0', '1']],
    ['C off the curve', 'pi_c.1', '3', 'pi_c'],
    ['B off the curve', 'pi_b.0.0', '3', 'pi_b'],
    [
      'B with its coefficients swapped',
      'pi_b',
      ([x, y, z]: string[][]) => [x!.toReversed(), y!.toReversed(), z],
    ],
    ['B outside the subgroup', 'pi_b', twistPoint(12n)],
  ])('refuses %s', (_, path, change, field = path) => {
    expect(judge(path, change)).toThrow(problem(field, 'proof-point-invalid'));
  });

  it('refuses B with a stray part outside the subgroup that leaves the right part as it was', () => {
    const { Fp2 } = bn254.fields;
    const at = ([x, y]: readonly (readonly string[])[]) =>
      bn254.G2.Point.fromAffine({
        x: Fp2.fromBigTuple([BigInt(x![0]!), BigInt(x![1]!)]),
        y: Fp2.fromBigTuple([BigInt(y![0]!), BigInt(y![1]!)]),
      });
    const stray = json2(at(proof.pi_b).add(at(twistPoint(31n))));
    expect(judge('pi_b', stray)).toThrow(problem('pi_b', 'proof-point-invalid'));
  });

  it('refuses each of the three points replaced by another good one', () => {
    for (const change of [
      { pi_a: json1(times1(9n)) },
      { pi_b: json2(times2(9n)) },
      { pi_c: json1(times1(9n)) },
    ]) {
      expect(verify(key, texts, { ...proof, ...change })).toBe(false);
    }
  });

  it('takes re-randomized proofs: they prove the same statement, so replay is not stopped by bytes', () => {
    // (kA, B/k, C), and (A, B + s delta, C + s A): whoever sees a proof can make these.
    const secret = { a: derive('one/a'), b: derive('one/b'), delta: derive('verify/delta') };
    const k = derive('k');
    const inverse = bn254.fields.Fr.inv(k);
    const scaled = { ...proof, pi_a: json1(times1(secret.a * k)), pi_b: json2(times2(secret.b * inverse)) };
    expect(verify(key, texts, scaled)).toBe(true);
    expect(verify(key, texts, { ...scaled, pi_b: proof.pi_b })).toBe(false);
    const c = bn254.G1.Point.fromAffine({ x: BigInt(proof.pi_c[0]!), y: BigInt(proof.pi_c[1]!) });
    const shifted = {
      ...proof,
      pi_b: json2(times2(secret.b + k * secret.delta)),
      pi_c: json1(c.add(times1(secret.a * k))),
    };
    expect(verify(key, texts, shifted)).toBe(true);
    expect(verify(key, texts, { ...shifted, pi_c: proof.pi_c })).toBe(false);
  });
});
