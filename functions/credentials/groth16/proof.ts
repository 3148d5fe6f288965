import type { FieldProblem } from '../../platform/errors.ts';
import { G1, G2, type Mcl, type Pointer } from '../curve/mcl.ts';
import { CredentialError } from '../errors.ts';
import { R, readDecimal } from './field.ts';
import { type G1Json, type G2Json, type PointProblem, readG1, readG2 } from './points.ts';

/** A Groth16 proof as snarkjs writes it. */
export interface Groth16Proof {
  readonly pi_a: G1Json;
  readonly pi_b: G2Json;
  readonly pi_c: G1Json;
  /** `groth16` when present. */
  readonly protocol?: string;
  /** `bn128` (snarkjs's name for BN254) when present. */
  readonly curve?: string;
}

/** Bytes that {@link readProof} fills: A, B and C behind each other. */
export const PROOF = G1 + G2 + G1;
export const OFFSET = { a: 0, b: G1, c: G1 + G2 } as const;

const MEMBERS = new Set(['pi_a', 'pi_b', 'pi_c', 'protocol', 'curve']);

/**
 * Reads a proof into memory, checking every point.
 *
 * Members that the verifier does not know are refused: whatever else travels in the object is covered by
 * nothing, and someone further on may believe it. `protocol` and `curve` may be left out; when present they
 * must name Groth16 over BN254.
 *
 * @param lines where to leave the line coefficients of B
 * @throws CredentialError `proof-malformed` for its spelling, `proof-point-invalid` for a point off its
 * curve or outside its subgroup.
 */
export function readProof(mcl: Mcl, to: Pointer, proof: unknown, lines: Pointer): void {
  if (typeof proof !== 'object' || proof === null || Array.isArray(proof)) {
    throw malformed([{ field: '', problem: 'must be an object' }]);
  }
  const unknown = Object.keys(proof).filter((member) => !MEMBERS.has(member));
  if (unknown.length > 0) throw malformed([{ field: '', problem: 'has members that no proof has' }]);
  const given = proof as Record<string, unknown>;
  if (given.protocol !== undefined && given.protocol !== 'groth16') {
    throw malformed([{ field: 'protocol', problem: 'must be "groth16"' }]);
  }
  if (given.curve !== undefined && given.curve !== 'bn128') {
    throw malformed([{ field: 'curve', problem: 'must be "bn128"' }]);
  }
  refuse(readG1(mcl, to + OFFSET.a, given.pi_a, 'pi_a'));
  refuse(readG1(mcl, to + OFFSET.c, given.pi_c, 'pi_c'));
  refuse(readG2(mcl, to + OFFSET.b, given.pi_b, 'pi_b', lines));
}

/**
 * Reads public signals: exactly `count` canonical decimals below r.
 *
 * @throws CredentialError `public-signals-malformed`.
 */
export function readPublicSignals(signals: unknown, count: number): bigint[] {
  if (!Array.isArray(signals) || signals.length !== count) {
    throw new CredentialError('public-signals-malformed', `There must be exactly ${count} public signals`, {
      fields: [{ field: 'publicSignals', problem: `must be an array of ${count}` }],
    });
  }
  // Array.from visits holes, which map would skip.
  return Array.from(signals, (signal, i) => {
    const value = readDecimal(signal, R);
    if (value !== undefined) return value;
    throw new CredentialError('public-signals-malformed', 'A public signal is not canonical', {
      fields: [{ field: `publicSignals.${i}`, problem: 'must be a canonical decimal below the group order' }],
    });
  });
}

function refuse(problem: PointProblem | undefined): void {
  if (problem === undefined) return;
  const fields = [{ field: problem.field, problem: problem.problem }];
  if (problem.kind === 'spelling') throw malformed(fields);
  throw new CredentialError('proof-point-invalid', 'A point of the proof is not in its group', { fields });
}

function malformed(fields: readonly FieldProblem[]): CredentialError {
  return new CredentialError('proof-malformed', 'The proof is not a Groth16 proof in its canonical form', {
    fields,
  });
}
