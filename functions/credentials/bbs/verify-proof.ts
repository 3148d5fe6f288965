import { FR, G1, GT, type Mcl, type Pointer } from '../curve/mcl.ts';
import { CredentialError } from '../errors.ts';
import {
  API_ID,
  HASH_DST,
  hashToScalar,
  i2osp,
  MESSAGE_DST,
  os2ip,
  POINT1,
  POINT2,
  R,
  SCALAR,
} from './ciphersuite.ts';
import { type Engine, MAX_MESSAGES, openEngine, readPoint1, writePoint1 } from './engine.ts';

/** What a BBS proof claims: these messages, at these places among all that were signed with this header. */
export interface BbsStatement {
  /** The signer's public key: a compressed point of G2, 96 bytes. */
  readonly publicKey: Uint8Array;
  readonly header: Uint8Array;
  readonly presentationHeader: Uint8Array;
  /** The disclosed messages by their place, in ascending order, counted from 0. */
  readonly disclosed: ReadonlyMap<number, Uint8Array>;
}

/** A proof's parts, the points placed in memory. */
interface Parts {
  /** Abar, Bbar, D: three points beside each other. */
  readonly points: Pointer;
  readonly eHat: bigint;
  readonly r1Hat: bigint;
  readonly r3Hat: bigint;
  /** One commitment for each undisclosed message. */
  readonly commitments: readonly bigint[];
  readonly challenge: bigint;
}

/** Three points, then e^, r1^, r3^ and the challenge. */
const SHORTEST = 3 * POINT1 + 4 * SCALAR;

/**
 * ProofVerify of BBS signatures with the suite BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_
 * (draft-irtf-cfrg-bbs-signatures, sections 3.5.4 and 3.6.3).
 *
 * @returns whether the holder knows a signature by the key over the header and these messages
 * @throws CredentialError `proof-malformed` for lengths, encodings or places that no prover writes (scalars
 * must be below the group order and not 0), `proof-point-invalid` for points outside their subgroup.
 *
 * @example
 * ```ts
 * await verifyBbsProof(proof, { publicKey, header, presentationHeader, disclosed: new Map([[0, message]]) });
 * ```
 */
export async function verifyBbsProof(proof: Uint8Array, statement: BbsStatement): Promise<boolean> {
  const engine = await openEngine();
  return engine.mcl.scope(() => check(engine, proof, statement));
}

function check(engine: Engine, octets: Uint8Array, statement: BbsStatement): boolean {
  const { mcl, points } = engine;
  const proof = readParts(mcl, octets);
  const { publicKey, header, presentationHeader, disclosed } = statement;
  const count = disclosed.size + proof.commitments.length;
  const places = [...disclosed.keys()];
  if (places.some((at, i) => !Number.isInteger(at) || at < 0 || at >= count || at <= (places[i - 1] ?? -1))) {
    throw malformed('disclosed', 'must name ascending places among the signed messages');
  }
  if (publicKey.length !== POINT2) throw malformed('publicKey', `must have ${POINT2} bytes`);
  const keyLines = engine.keyLines(publicKey);

  const generators = engine.generators(count);
  const domain = hashToScalar(
    Buffer.concat([publicKey, i2osp(count, 8), generators, API_ID, i2osp(header.length, 8), header]),
    HASH_DST,
  );
  const messages = [...disclosed.values()].map((message) => hashToScalar(message, MESSAGE_DST));

  // T1 = Bbar c + Abar e^ + D r1^
  const { challenge: c } = proof;
  const t1 = sum(mcl, proof.points, 3, [proof.eHat, c, proof.r1Hat]);
  // T2 = (P1 + Q_1 domain + sum H_i msg_i) c + sum H_j m^_j + D r3^, as one multiplication of count + 3 points
  const scalars = [c, (domain * c) % R];
  const hidden = proof.commitments.values();
  for (let i = 0, next = 0; i < count; i++) {
    scalars.push(places[next] === i ? (messages[next++]! * c) % R : hidden.next().value!);
  }
  const bases = mcl.stackAlloc(G1 * (count + 3));
  mcl.copy(bases, points, G1 * (count + 2));
  mcl.copy(bases + G1 * (count + 2), proof.points + 2 * G1, G1);
  const t2 = sum(mcl, bases, count + 3, [...scalars, proof.r3Hat]);

  const expected = hashToScalar(
    Buffer.concat([
      i2osp(places.length, 8),
      ...places.flatMap((at, i) => [i2osp(at, 8), i2osp(messages[i]!, SCALAR)]),
      octets.subarray(0, 3 * POINT1),
      writePoint1(mcl, t1),
      writePoint1(mcl, t2),
      i2osp(domain, SCALAR),
      i2osp(presentationHeader.length, 8),
      presentationHeader,
    ]),
    HASH_DST,
  );
  return expected === c && paired(engine, proof.points, keyLines);
}

/** e(Abar, W) = e(Bbar, BP2). */
function paired({ mcl, bp2Lines }: Engine, points: Pointer, keyLines: Pointer): boolean {
  const bbar = mcl.stackAlloc(G1);
  const product = mcl.stackAlloc(GT);
  mcl.mclBnG1_neg(bbar, points + G1);
  mcl.mclBn_precomputedMillerLoop2(product, points, keyLines, bbar, bp2Lines);
  mcl.mclBn_finalExp(product, product);
  return mcl.mclBnGT_isOne(product) === 1;
}

function sum(mcl: Mcl, bases: Pointer, count: number, scalars: readonly bigint[]): Pointer {
  const out = mcl.stackAlloc(G1);
  const factors = mcl.stackAlloc(FR * count);
  for (const [i, scalar] of scalars.entries()) mcl.setFr(factors + i * FR, scalar);
  mcl.mclBnG1_mulVec(out, bases, factors, count);
  return out;
}

/** octets_to_proof. */
function readParts(mcl: Mcl, octets: Uint8Array): Parts {
  const hidden = (octets.length - SHORTEST) / SCALAR;
  if (!Number.isInteger(hidden) || hidden < 0 || hidden > MAX_MESSAGES) {
    throw malformed('proof', 'has a length that no proof has');
  }
  const points = mcl.stackAlloc(3 * G1);
  for (const [i, name] of ['Abar', 'Bbar', 'D'].entries()) {
    readPoint1(mcl, points + i * G1, octets.subarray(i * POINT1, (i + 1) * POINT1), name);
  }
  const scalars: bigint[] = [];
  for (let at = 3 * POINT1; at < octets.length; at += SCALAR) {
    const scalar = os2ip(octets.subarray(at, at + SCALAR));
    if (scalar === 0n || scalar >= R)
      throw malformed('proof', 'holds a scalar that is 0 or not below the group order');
    scalars.push(scalar);
  }
  const [eHat, r1Hat, r3Hat] = scalars as [bigint, bigint, bigint];
  return { points, eHat, r1Hat, r3Hat, commitments: scalars.slice(3, -1), challenge: scalars.at(-1)! };
}

function malformed(field: string, problem: string): CredentialError {
  return new CredentialError('proof-malformed', 'The BBS proof cannot be read', {
    fields: [{ field, problem }],
  });
}
