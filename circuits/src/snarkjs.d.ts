// SPDX-License-Identifier: GPL-3.0-or-later
// The part of snarkjs that we use; it ships no types of its own.
declare module 'snarkjs' {
  interface Memory {
    type: 'mem';
    data?: Uint8Array;
  }
  type File = string | Uint8Array | Memory;
  interface Logger {
    info(message: string): void;
    debug(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  }
  interface Proof {
    readonly pi_a: readonly string[];
    readonly pi_b: readonly (readonly string[])[];
    readonly pi_c: readonly string[];
    readonly protocol: string;
    readonly curve: string;
  }
  export const wtns: {
    calculate(inputs: object, wasm: File, witness: File): Promise<void>;
    exportJson(witness: File): Promise<bigint[]>;
  };
  export const groth16: {
    prove(
      zkey: File,
      witness: File,
      logger?: Logger,
      options?: { singleThread?: boolean },
    ): Promise<{ proof: Proof; publicSignals: string[] }>;
    verify(vkey: object, signals: readonly string[], proof: Proof): Promise<boolean>;
  };
  export const r1cs: { info(r1cs: File): Promise<object> };
  export const powersOfTau: {
    newAccumulator(curve: object, power: number, file: File, logger?: Logger): Promise<Uint8Array>;
    contribute(from: File, to: File, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>;
    beacon(
      from: File,
      to: File,
      name: string,
      beacon: string,
      exponent: number,
      logger?: Logger,
    ): Promise<unknown>;
    preparePhase2(from: File, to: File, logger?: Logger): Promise<unknown>;
    verify(file: File, logger?: Logger): Promise<boolean>;
  };
  export const zKey: {
    newZKey(r1cs: File, ptau: File, zkey: File, logger?: Logger): Promise<Uint8Array>;
    contribute(from: File, to: File, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>;
    beacon(
      from: File,
      to: File,
      name: string,
      beacon: string,
      exponent: number,
      logger?: Logger,
    ): Promise<Uint8Array>;
    verifyFromR1cs(r1cs: File, ptau: File, zkey: File, logger?: Logger): Promise<boolean>;
    exportVerificationKey(zkey: File, logger?: Logger): Promise<object>;
  };
  export const curves: { getCurveFromName(name: string): Promise<object> };
}
