import createModule from 'mcl-wasm/dist/mcl_c.js';

/** Byte sizes of mcl's structures, fixed when the library was compiled (6 words of 64 bits per field element). */
export const FP = 48;
export const FP2 = 96;
export const FR = 32;
export const G1 = 144;
export const G2 = 288;
export const GT = 576;

/** An address in the instance's own linear memory. */
export type Pointer = number;

type Nullary = () => number;
type Unary = (x: Pointer) => number;
type Binary = (z: Pointer, x: Pointer) => number;
type Ternary = (z: Pointer, x: Pointer, y: Pointer) => number;
type FromBytes = (z: Pointer, bytes: Pointer, length: number) => number;
type ToBytes = (bytes: Pointer, length: number, x: Pointer) => number;
type Vector = (z: Pointer, xs: Pointer, ys: Pointer, length: number) => number;

/** The part of mcl's C interface that the verifiers use. Getters answer 1 or 0; setters answer 0 when all is well. */
interface McModule {
  /** All of its memory; not to be kept across calls, for memory may grow. */
  memory(): Uint8Array;
  stackSave(): Pointer;
  stackAlloc(bytes: number): Pointer;
  stackRestore(to: Pointer): void;
  malloc(bytes: number): Pointer;
  mclBn_init(curve: number, compiledTimeVar: number): number;
  mclBn_setMapToMode(mode: number): number;
  mclBn_setETHserialization: Unary;
  mclBn_verifyOrderG1: Unary;
  mclBn_verifyOrderG2: Unary;
  mclBn_getUint64NumToPrecompute: Nullary;
  mclBn_precomputeG2: Binary;
  mclBn_precomputedMillerLoop: Ternary;
  mclBn_precomputedMillerLoop2: (z: Pointer, p1: Pointer, q1: Pointer, p2: Pointer, q2: Pointer) => number;
  mclBn_millerLoopVec: Vector;
  mclBn_finalExp: Binary;
  mclBn_pairing: Ternary;
  mclBnFr_setLittleEndian: FromBytes;
  mclBnFr_setBigEndianMod: FromBytes;
  mclBnFr_getLittleEndian: ToBytes;
  mclBnFr_setInt32: (z: Pointer, value: number) => number;
  mclBnFr_add: Ternary;
  mclBnFr_mul: Ternary;
  mclBnFr_neg: Binary;
  mclBnFr_isZero: Unary;
  mclBnFr_isEqual: Binary;
  mclBnFp_setLittleEndian: FromBytes;
  mclBnFp_getLittleEndian: ToBytes;
  mclBnFp_setInt32: (z: Pointer, value: number) => number;
  mclBnFp_clear: Unary;
  mclBnFp_neg: Binary;
  mclBnFp_add: Ternary;
  mclBnFp_mul: Ternary;
  mclBnFp_squareRoot: Binary;
  mclBnFp2_add: Ternary;
  mclBnFp2_mul: Ternary;
  mclBnFp2_squareRoot: Binary;
  mclBnFp2_isZero: Unary;
  mclBnG1_isValid: Unary;
  mclBnG1_isValidOrder: Unary;
  mclBnG1_isZero: Unary;
  mclBnG1_isEqual: Binary;
  mclBnG1_clear: Unary;
  mclBnG1_neg: Binary;
  mclBnG1_dbl: Binary;
  mclBnG1_add: Ternary;
  mclBnG1_sub: Ternary;
  mclBnG1_mul: Ternary;
  mclBnG1_mulVec: Vector;
  mclBnG1_normalize: Binary;
  mclBnG1_normalizeVec: Ternary;
  mclBnG1_serialize: ToBytes;
  mclBnG1_deserialize: FromBytes;
  mclBnG1_hashAndMapToWithDst: (
    z: Pointer,
    msg: Pointer,
    msgLen: number,
    dst: Pointer,
    dstLen: number,
  ) => number;
  mclBnG2_isValid: Unary;
  mclBnG2_isValidOrder: Unary;
  mclBnG2_isZero: Unary;
  mclBnG2_isEqual: Binary;
  mclBnG2_neg: Binary;
  mclBnG2_dbl: Binary;
  mclBnG2_add: Ternary;
  mclBnG2_mul: Ternary;
  mclBnG2_normalize: Binary;
  mclBnG2_serialize: ToBytes;
  mclBnG2_deserialize: FromBytes;
  mclBnGT_mul: Ternary;
  mclBnGT_isOne: Unary;
}

/** One instance of mcl, set to one curve. All calls are synchronous and single-threaded. */
export interface Mcl extends Readonly<McModule> {
  /** Runs `work` and gives back, when it ends, all stack memory that it took with `stackAlloc`. */
  scope<T>(work: () => T): T;
  /** Copies `length` bytes inside the instance's memory. */
  copy(to: Pointer, from: Pointer, length: number): void;
  /** Copies bytes into memory taken from the stack of the current scope. */
  put(bytes: Uint8Array): Pointer;
  /** Copies bytes out. */
  take(from: Pointer, length: number): Uint8Array;
  /** Sets a field element; `value` must already be known to be below the modulus. */
  setFp(to: Pointer, value: bigint): void;
  /** Sets a scalar; `value` must already be known to be below the group order. */
  setFr(to: Pointer, value: bigint): void;
  /** Reads a field element. */
  getFp(from: Pointer): bigint;
}

export type CurveName = 'bn254' | 'bls12-381';

/** mcl's curve numbers: BN_SNARK1 is the BN254 of Ethereum and circom (also alt_bn128, bn128). */
const CURVE: Readonly<Record<CurveName, number>> = { bn254: 4, 'bls12-381': 5 };

/** 10 times the words of a scalar plus the words of a field element: mcl refuses another build's caller. */
const COMPILED_TIME_VAR = 46;

const opened = new Map<CurveName, Promise<Mcl>>();

/**
 * The process's mcl instance for one curve.
 *
 * mcl-wasm's public entry is one global instance that holds one curve at a time, so a process that checks
 * both Groth16 (BN254) and BBS (BLS12-381) cannot use it. This takes one WebAssembly instance per curve, each
 * with its own memory, made once, and works on structures where they lie instead of copying operands in and
 * out.
 *
 * The instances start no worker and hold no handle open.
 *
 * @example
 * ```ts
 * const mcl = await openMcl('bn254');
 * ```
 */
export function openMcl(curve: CurveName): Promise<Mcl> {
  let instance = opened.get(curve);
  if (instance === undefined) {
    instance = start(curve);
    opened.set(curve, instance);
  }
  return instance;
}

/** Bytes of the stack that mcl-wasm was linked with; it lies at the bottom of memory and grows down. */
const STACK = 1_048_576;

/** Node's types leave out the part of WebAssembly that is a browser's too. */
const { Memory } = WebAssembly as unknown as {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
};

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * mcl's WebAssembly, taken out of the text of the package's factory.
 *
 * The factory decodes its 450 kB of base64 one character at a time, at each call: half of the time from a
 * cold start to the first answer, where `Buffer` takes a tenth of a millisecond. Its glue is a dozen lines,
 * which `instantiate` has for itself; both curves share one compilation.
 */
function compile(): Promise<WebAssembly.Module> {
  const base64 = /['"`](AGFzbQ[A-Za-z0-9+/=]{100000,})['"`]/.exec(String(createModule))?.[1];
  if (base64 === undefined) throw new Error('mcl-wasm does not hold its WebAssembly as this was written for');
  const decode = (text: string): Uint8Array<ArrayBuffer> =>
    typeof Buffer === 'undefined'
      ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
      : Buffer.from(text, 'base64');
  return WebAssembly.compile(decode(base64));
}

async function instantiate(): Promise<McModule> {
  compiled ??= compile();
  const memory = new Memory({ initial: 32 });
  const { exports } = await WebAssembly.instantiate(await compiled, {
    env: {
      memory,
      // Only key generation draws randomness, and no verifier generates keys.
      cryptoGetRandomValues: () => {
        throw new Error('mcl was asked for randomness');
      },
    },
  });
  const c = exports as Record<string, never> & {
    __stack_pointer: { value: number };
    __wasm_call_ctors(): void;
  };
  const top = c.__stack_pointer;
  const floor = top.value - STACK;
  c.__wasm_call_ctors();
  let bytes = new Uint8Array(memory.buffer);
  return Object.assign(Object.create(null), c, {
    memory: () => {
      // Growing memory leaves the old view empty.
      if (bytes.length === 0) bytes = new Uint8Array(memory.buffer);
      return bytes;
    },
    stackSave: () => top.value,
    stackAlloc: (length: number) => {
      const at = (top.value - length) & ~15;
      if (!(length >= 0 && at >= floor)) throw new RangeError('mcl: out of stack');
      top.value = at;
      return at;
    },
    stackRestore: (to: Pointer) => {
      top.value = to;
    },
  });
}

async function start(curve: CurveName): Promise<Mcl> {
  const mod = await instantiate();
  const failed = mod.mclBn_init(CURVE[curve], COMPILED_TIME_VAR);
  if (failed !== 0) throw new Error(`mcl could not be set to ${curve} (${failed})`);
  // isValid then means "on the curve" alone, so that each check can be made, and named, by itself.
  mod.mclBn_verifyOrderG1(0);
  mod.mclBn_verifyOrderG2(0);
  const fpBytes = curve === 'bn254' ? 32 : 48;
  const view = () => new DataView(mod.memory().buffer);

  const setWith = (set: FromBytes, bytes: number) => (to: Pointer, value: bigint) => {
    const stack = mod.stackSave();
    const at = mod.stackAlloc(bytes);
    const memory = view();
    for (let i = 0; i < bytes; i += 8)
      memory.setBigUint64(at + i, BigInt.asUintN(64, value >> BigInt(8 * i)), true);
    set(to, at, bytes);
    mod.stackRestore(stack);
  };

  return Object.assign(mod, {
    scope<T>(work: () => T): T {
      const stack = mod.stackSave();
      try {
        return work();
      } finally {
        mod.stackRestore(stack);
      }
    },
    copy(to: Pointer, from: Pointer, length: number) {
      mod.memory().copyWithin(to, from, from + length);
    },
    put(bytes: Uint8Array): Pointer {
      const at = mod.stackAlloc(bytes.length);
      mod.memory().set(bytes, at);
      return at;
    },
    take(from: Pointer, length: number): Uint8Array {
      return mod.memory().slice(from, from + length);
    },
    setFp: setWith(mod.mclBnFp_setLittleEndian, fpBytes),
    setFr: setWith(mod.mclBnFr_setLittleEndian, 32),
    getFp(from: Pointer): bigint {
      const stack = mod.stackSave();
      const at = mod.stackAlloc(fpBytes);
      // mcl leaves out leading zero bytes, and would leave there what lay there before.
      mod.memory().fill(0, at, at + fpBytes);
      mod.mclBnFp_getLittleEndian(at, fpBytes, from);
      const memory = view();
      let value = 0n;
      for (let i = fpBytes - 8; i >= 0; i -= 8) value = (value << 64n) | memory.getBigUint64(at + i, true);
      mod.stackRestore(stack);
      return value;
    },
  }) as Mcl;
}
