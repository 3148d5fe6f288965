import { G1, G2, type Mcl, openMcl, type Pointer } from '../curve/mcl.ts';
import { CredentialError } from '../errors.ts';
import {
  BP2,
  expandMessage,
  GENERATOR_DST,
  GENERATOR_SEED,
  i2osp,
  P1,
  POINT1,
  POINT2,
  SEED_DST,
} from './ciphersuite.ts';

/** More messages than any credential needs; bounds what a proof can make us compute. */
export const MAX_MESSAGES = 512;

/** Issuers' keys that are kept prepared; the one not used for longest makes room. */
const KEPT_KEYS = 64;

/** mcl's name for hashing to a curve as RFC 9380 has it. */
const RFC_9380 = 5;

/** The curve, with the suite's points: P1, Q_1, H_1, H_2, ... contiguous and affine. */
export interface Engine {
  readonly mcl: Mcl;
  /** P1 at the address itself, then the generators. */
  readonly points: Pointer;
  /** Line coefficients of the generator of G2. */
  readonly bp2Lines: Pointer;
  /**
   * Line coefficients of a public key's Miller loop, good until the next call.
   *
   * @throws CredentialError when the octets are not a point of G2.
   */
  keyLines(publicKey: Uint8Array): Pointer;
  /** Makes sure that Q_1 and `messages` message generators are there, and gives their octets. */
  generators(messages: number): Uint8Array;
}

let opened: Promise<Engine> | undefined;

/** The process's BBS engine. Generators do not depend on the key: each is made once. */
export function openEngine(): Promise<Engine> {
  opened ??= start();
  return opened;
}

async function start(): Promise<Engine> {
  const mcl = await openMcl('bls12-381');
  mcl.mclBn_setETHserialization(1); // the compressed form of ZCash, which BBS takes
  mcl.mclBn_setMapToMode(RFC_9380);
  const points = mcl.malloc(G1 * (MAX_MESSAGES + 2));
  const linesOf = (octets: Uint8Array, field: string, room: () => Pointer) =>
    mcl.scope(() => {
      const point = mcl.stackAlloc(G2);
      readPoint2(mcl, point, octets, field);
      const lines = room();
      mcl.mclBn_precomputeG2(lines, point);
      return lines;
    });
  const newLines = () => mcl.malloc(8 * mcl.mclBn_getUint64NumToPrecompute());
  readPoint1(mcl, points, P1, 'P1');
  const bp2Lines = linesOf(BP2, 'BP2', newLines);
  const keys = new Map<string, Pointer>();

  const octets = new Uint8Array(POINT1 * (MAX_MESSAGES + 1));
  let made = 0;
  let seed = expandMessage(GENERATOR_SEED, SEED_DST);
  return {
    mcl,
    points,
    bp2Lines,
    keyLines(publicKey) {
      const name = Buffer.from(publicKey).toString('hex');
      const oldest = () => {
        if (keys.size < KEPT_KEYS) return newLines();
        const [[first, lines]] = keys as unknown as [[string, Pointer]];
        keys.delete(first);
        return lines;
      };
      const lines = keys.get(name) ?? linesOf(publicKey, 'publicKey', oldest);
      keys.delete(name);
      keys.set(name, lines);
      return lines;
    },
    generators(messages) {
      if (messages > MAX_MESSAGES) {
        throw new CredentialError('proof-malformed', `A proof may cover at most ${MAX_MESSAGES} messages`);
      }
      for (; made < messages + 1; made++) {
        seed = expandMessage(Buffer.concat([seed, i2osp(made + 1, 8)]), SEED_DST);
        const at = points + (made + 1) * G1;
        mcl.scope(() => {
          const dst = mcl.put(GENERATOR_DST);
          mcl.mclBnG1_hashAndMapToWithDst(at, mcl.put(seed), seed.length, dst, GENERATOR_DST.length);
          mcl.mclBnG1_normalize(at, at);
          octets.set(writePoint1(mcl, at), made * POINT1);
        });
      }
      return octets.subarray(0, (messages + 1) * POINT1);
    },
  };
}

/** Reads a compressed point of G1: canonical, on the curve, in the subgroup, not infinity. */
export function readPoint1(mcl: Mcl, to: Pointer, octets: Uint8Array, field: string): void {
  mcl.scope(() => {
    const read = mcl.mclBnG1_deserialize(to, mcl.put(octets), POINT1);
    // Writing it again tells a point with several spellings, flags and all, from the one that is canonical.
    if (read !== POINT1 || Buffer.compare(writePoint1(mcl, to), octets) !== 0) throw malformed(field);
    if (mcl.mclBnG1_isZero(to) === 1 || mcl.mclBnG1_isValid(to) !== 1 || mcl.mclBnG1_isValidOrder(to) !== 1) {
      throw outside(field);
    }
  });
}

/** As {@link readPoint1}, for G2. */
export function readPoint2(mcl: Mcl, to: Pointer, octets: Uint8Array, field: string): void {
  mcl.scope(() => {
    const read = mcl.mclBnG2_deserialize(to, mcl.put(octets), POINT2);
    const out = mcl.stackAlloc(POINT2);
    if (read !== POINT2 || mcl.mclBnG2_serialize(out, POINT2, to) !== POINT2) throw malformed(field);
    if (Buffer.compare(mcl.take(out, POINT2), octets) !== 0) throw malformed(field);
    if (mcl.mclBnG2_isZero(to) === 1 || mcl.mclBnG2_isValid(to) !== 1 || mcl.mclBnG2_isValidOrder(to) !== 1) {
      throw outside(field);
    }
  });
}

/** The compressed form of a point of G1. */
export function writePoint1(mcl: Mcl, from: Pointer): Uint8Array {
  return mcl.scope(() => {
    const out = mcl.stackAlloc(POINT1);
    mcl.mclBnG1_serialize(out, POINT1, from);
    return mcl.take(out, POINT1);
  });
}

function malformed(field: string): CredentialError {
  return new CredentialError('proof-malformed', 'A point is not in its canonical compressed form', {
    fields: [{ field, problem: 'must be a canonical compressed point' }],
  });
}

function outside(field: string): CredentialError {
  return new CredentialError('proof-point-invalid', 'A point is not in its group', {
    fields: [{ field, problem: 'must be a point of the subgroup of prime order, not infinity' }],
  });
}
