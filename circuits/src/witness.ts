// SPDX-License-Identifier: GPL-3.0-or-later
import { ProvingError } from './proving-error.ts';
import type { WitnessInputs } from './witness-inputs.ts';

/** What circom's WebAssembly exports. Numbers pass through a shared memory, 32 bits at a time. */
interface CircomExports {
  init(sanityCheck: number): void;
  getFieldNumLen32(): number;
  getRawPrime(): void;
  readSharedRWMemory(index: number): number;
  writeSharedRWMemory(index: number, value: number): void;
  setInputSignal(hashHigh: number, hashLow: number, position: number): void;
  getInputSignalSize(hashHigh: number, hashLow: number): number;
  getInputSize(): number;
  getWitnessSize(): number;
  getWitness(index: number): void;
  getMessageChar(): number;
}

const ASSERT_FAILED = 4;
const compiled = new WeakMap<Uint8Array, Promise<WebAssembly.Module>>();

/**
 * Computes the witness for inputs: every wire of the circuit, in the `.wtns` format that snarkjs proves from. The
 * calculator is compiled once per byte array.
 *
 * @param wasm `credential.wasm`.
 * @throws ProvingError `proof-failed` when a constraint does not hold; its `field` is the path of
 *   templates to it, `Credential/Predicate`. TypeError
 *   when the inputs are not the circuit's.
 * @example
 * ```ts
 * const wtns = await calculateWitness(inputs, wasm);
 * ```
 */
export async function calculateWitness(inputs: WitnessInputs, wasm: Uint8Array): Promise<Uint8Array> {
  let module = compiled.get(wasm);
  if (module === undefined) {
    module = WebAssembly.compile(wasm);
    compiled.set(wasm, module);
  }
  const traces: string[] = [];
  const instance = await WebAssembly.instantiate(await module, {
    runtime: {
      exceptionHandler: (code: number): never => {
        if (code !== ASSERT_FAILED) throw new TypeError(`the inputs are not the circuit's (${code})`);
        const template = (trace: string): string => /template ([A-Za-z0-9]+)/.exec(trace)?.[1] ?? '';
        const field = traces.map(template).reverse().join('/');
        throw new ProvingError('proof-failed', 'The inputs do not satisfy the circuit', { field });
      },
      printErrorMessage: (): void => void traces.push(message()),
      writeBufferMessage: (): void => void message(),
      showSharedRWMemory: (): void => {},
    },
  });
  const circuit = instance.exports as unknown as CircomExports;
  const message = (): string => {
    let text = '';
    for (let code = circuit.getMessageChar(); code !== 0; code = circuit.getMessageChar())
      text += String.fromCharCode(code);
    return text;
  };
  circuit.init(1);
  setInputs(circuit, inputs);
  return readWitness(circuit);
}

function setInputs(circuit: CircomExports, inputs: WitnessInputs): void {
  const limbs = circuit.getFieldNumLen32();
  let set = 0;
  for (const [name, value] of Object.entries(inputs)) {
    const [high, low] = fnv1a(name);
    const numbers = (Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value]) as bigint[];
    if (circuit.getInputSignalSize(high, low) !== numbers.length)
      throw new TypeError(`the input ${name} is not the circuit's`);
    for (const [position, number] of numbers.entries()) {
      for (let i = 0; i < limbs; i++)
        circuit.writeSharedRWMemory(i, Number((number >> BigInt(32 * i)) & 0xffffffffn));
      circuit.setInputSignal(high, low, position);
      set++;
    }
  }
  if (set !== circuit.getInputSize()) throw new TypeError('inputs are missing');
}

/** The `.wtns` format: a header, section 1 (field size, prime, count), section 2 (the values, little-endian). */
function readWitness(circuit: CircomExports): Uint8Array {
  const limbs = circuit.getFieldNumLen32();
  const count = circuit.getWitnessSize();
  const words = new Uint32Array(11 + limbs + count * limbs);
  let at = 0;
  const put = (...values: number[]): void => {
    for (const value of values) words[at++] = value;
  };
  const putShared = (): void => {
    for (let i = 0; i < limbs; i++) words[at++] = circuit.readSharedRWMemory(i);
  };
  put(0x736e7477, 2, 2, 1, 8 + 4 * limbs, 0, 4 * limbs);
  circuit.getRawPrime();
  putShared();
  put(count, 2, count * limbs * 4, 0);
  for (let wire = 0; wire < count; wire++) {
    circuit.getWitness(wire);
    putShared();
  }
  return new Uint8Array(words.buffer);
}

/** 64-bit FNV-1a, by which circom names inputs. */
function fnv1a(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const character of name)
    hash = ((hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn;
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}
