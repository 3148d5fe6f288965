/** Order of BN254's groups: public signals and scalars lie below it (EIP-196). */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Modulus of BN254's base field: coordinates lie below it (EIP-196). */
export const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

const CANONICAL = /^(?:0|[1-9][0-9]{0,76})$/;

/**
 * Reads a canonical decimal below `modulus`: ASCII digits, no sign, no leading zero, no white space.
 *
 * One value has one spelling. A value plus the modulus means the same to the equation and is another string,
 * so a verifier that reduced would let one statement pass under many names.
 *
 * @returns the value, or `undefined` when it is not canonical.
 *
 * @example
 * ```ts
 * readDecimal('7', R); // 7n
 * readDecimal('07', R); // undefined
 * ```
 */
export function readDecimal(value: unknown, modulus: bigint): bigint | undefined {
  if (typeof value !== 'string' || !CANONICAL.test(value)) return undefined;
  const number = BigInt(value);
  return number < modulus ? number : undefined;
}
