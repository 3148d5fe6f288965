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
  readonly HEAP8: Int8Array;
  stackSave(): Pointer;
  stackAlloc(bytes: number): Pointer;
  stackRestore(to: Pointer): void;
  _malloc(bytes: number): Pointer;
  _mclBn_init(curve: number, compiledTimeVar: number): number;
  _mclBn_setMapToMode(mode: number): number;
  _mclBn_setETHserialization: Unary;
  _mclBn_verifyOrderG1: Unary;
  _mclBn_verifyOrderG2: Unary;
  _mclBn_getUint64NumToPrecompute: Nullary;
  _mclBn_precomputeG2: Binary;
  _mclBn_precomputedMillerLoop2mixed: (
    z: Pointer,
    p1: Pointer,
    q1: Pointer,
    p2: Pointer,
    q2: Pointer,
  ) => number;
  _mclBn_millerLoopVec: Vector;
  _mclBn_finalExp: Binary;
  _mclBn_pairing: Ternary;
  _mclBnFr_setLittleEndian: FromBytes;
  _mclBnFr_setBigEndianMod: FromBytes;
  _mclBnFr_getLittleEndian: ToBytes;
  _mclBnFr_setInt32: (z: Pointer, value: number) => number;
  _mclBnFr_add: Ternary;
  _mclBnFr_mul: Ternary;
  _mclBnFr_neg: Binary;
  _mclBnFr_isZero: Unary;
  _mclBnFr_isEqual: Binary;
  _mclBnFp_setLittleEndian: FromBytes;
  _mclBnFp_getLittleEndian: ToBytes;
  _mclBnFp_setInt32: (z: Pointer, value: number) => number;
  _mclBnFp_clear: Unary;
  _mclBnFp_neg: Binary;
  _mclBnFp_add: Ternary;
  _mclBnFp_mul: Ternary;
  _mclBnFp_squareRoot: Binary;
  _mclBnFp2_add: Ternary;
  _mclBnFp2_mul: Ternary;
  _mclBnFp2_squareRoot: Binary;
  _mclBnG1_isValid: Unary;
  _mclBnG1_isValidOrder: Unary;
  _mclBnG1_isZero: Unary;
  _mclBnG1_isEqual: Binary;
  _mclBnG1_clear: Unary;
  _mclBnG1_neg: Binary;
  _mclBnG1_add: Ternary;
  _mclBnG1_sub: Ternary;
  _mclBnG1_mul: Ternary;
  _mclBnG1_mulVec: Vector;
  _mclBnG1_normalize: Binary;
  _mclBnG1_serialize: ToBytes;
  _mclBnG1_deserialize: FromBytes;
  _mclBnG1_hashAndMapToWithDst: (
    z: Pointer,
    msg: Pointer,
    msgLen: number,
    dst: Pointer,
    dstLen: number,
  ) => number;
  _mclBnG2_isValid: Unary;
  _mclBnG2_isValidOrder: Unary;
  _mclBnG2_isZero: Unary;
  _mclBnG2_isEqual: Binary;
  _mclBnG2_neg: Binary;
  _mclBnG2_dbl: Binary;
  _mclBnG2_add: Ternary;
  _mclBnG2_mul: Ternary;
  _mclBnG2_normalize: Binary;
  _mclBnG2_serialize: ToBytes;
  _mclBnG2_deserialize: FromBytes;
  _mclBnGT_mul: Ternary;
  _mclBnGT_isOne: Unary;
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
 * both Groth16 (BN254) and BBS (BLS12-381) cannot use it. The factory beneath it makes a new WebAssembly
 * instance with its own memory at each call: this takes one instance per curve, made once. It also works on
 * structures where they lie instead of copying each operand in and out.
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

async function start(curve: CurveName): Promise<Mcl> {
  const mod: McModule = await createModule({
    cryptoGetRandomValues: (buffer: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(buffer),
  });
  const failed = mod._mclBn_init(CURVE[curve], COMPILED_TIME_VAR);
  if (failed !== 0) throw new Error(`mcl could not be set to ${curve} (${failed})`);
  // isValid then means "on the curve" alone, so that each check can be made, and named, by itself.
  mod._mclBn_verifyOrderG1(0);
  mod._mclBn_verifyOrderG2(0);
  const fpBytes = curve === 'bn254' ? 32 : 48;
  const view = () => new DataView(mod.HEAP8.buffer);

  const setWith = (set: FromBytes, bytes: number) => (to: Pointer, value: bigint) => {
    const stack = mod.stackSave();
    const at = mod.stackAlloc(bytes);
    const memory = view();
    for (let i = 0; i < bytes; i += 8)
      memory.setBigUint64(at + i, BigInt.asUintN(64, value >> BigInt(8 * i)), true);
    set(to, at, bytes);
    mod.stackRestore(stack);
  };

  return Object.assign(Object.create(mod) as McModule, {
    scope<T>(work: () => T): T {
      const stack = mod.stackSave();
      try {
        return work();
      } finally {
        mod.stackRestore(stack);
      }
    },
    copy(to: Pointer, from: Pointer, length: number) {
      mod.HEAP8.copyWithin(to, from, from + length);
    },
    put(bytes: Uint8Array): Pointer {
      const at = mod.stackAlloc(bytes.length);
      mod.HEAP8.set(bytes, at);
      return at;
    },
    take(from: Pointer, length: number): Uint8Array {
      return new Uint8Array(mod.HEAP8.buffer as ArrayBuffer, from, length).slice();
    },
    setFp: setWith(mod._mclBnFp_setLittleEndian, fpBytes),
    setFr: setWith(mod._mclBnFr_setLittleEndian, 32),
    getFp(from: Pointer): bigint {
      const stack = mod.stackSave();
      const at = mod.stackAlloc(fpBytes);
      // mcl leaves out leading zero bytes, and would leave there what lay there before.
      mod.HEAP8.fill(0, at, at + fpBytes);
      mod._mclBnFp_getLittleEndian(at, fpBytes, from);
      const memory = view();
      let value = 0n;
      for (let i = fpBytes - 8; i >= 0; i -= 8) value = (value << 64n) | memory.getBigUint64(at + i, true);
      mod.stackRestore(stack);
      return value;
    },
  }) as Mcl;
}
