import { decodeMultibase } from '../did/multibase.ts';
import { CredentialError } from '../errors.ts';
import { MAX_MESSAGES } from './engine.ts';

/** What the `proofValue` of a derived bbs-2023 proof holds (W3C vc-di-bbs, section 3.3.7). */
export interface Disclosure {
  readonly bbsProof: Uint8Array;
  /** From the canonical label of a blank node (`c14n0`) to the issuer's shuffled one (`b3`). */
  readonly labelMap: ReadonlyMap<string, string>;
  /** Places of the mandatory statements among those disclosed, ascending. */
  readonly mandatoryIndexes: readonly number[];
  /** Places of the other disclosed statements among all that are not mandatory, ascending. */
  readonly selectiveIndexes: readonly number[];
  readonly presentationHeader: Uint8Array;
}

const BASE = 0x02;
const DERIVED = 0x03;

/**
 * Reads a derived bbs-2023 proof value. Only the encoding that RFC 8949 calls deterministic is taken: shortest
 * lengths, map keys and indexes ascending, none twice, nothing behind it. Labels are mapped one to one.
 *
 * @throws CredentialError `base-proof` for a base proof, which only its holder may see and which is never a
 * presentation; `disclosure-malformed` for anything else.
 *
 * @example
 * ```ts
 * const { bbsProof, selectiveIndexes } = readDisclosure(credential.proof.proofValue);
 * ```
 */
export function readDisclosure(proofValue: unknown): Disclosure {
  if (typeof proofValue !== 'string' || proofValue[0] !== 'u') throw malformed('must be base64url multibase');
  const cbor = new Reader(decodeMultibase(proofValue));
  const kind = cbor.prefix();
  if (kind === BASE) throw new CredentialError('base-proof', 'A base proof is not a presentation');
  if (kind !== DERIVED) throw malformed('must be a derived proof');
  if (cbor.head(ARRAY) !== 5) throw malformed('must hold five components');
  const bbsProof = cbor.bytes();
  const labelMap = cbor.labels();
  const mandatoryIndexes = cbor.ascending();
  const selectiveIndexes = cbor.ascending();
  const presentationHeader = cbor.bytes();
  cbor.end();
  return { bbsProof, labelMap, mandatoryIndexes, selectiveIndexes, presentationHeader };
}

const UNSIGNED = 0;
const BYTES = 2;
const ARRAY = 4;
const MAP = 5;

/** The little of CBOR that a disclosure is written in. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The suite's tag: D9 5D, then which kind of proof. */
  prefix(): number {
    if (this.#byte() !== 0xd9 || this.#byte() !== 0x5d) throw malformed('lacks the tag of bbs-2023');
    return this.#byte();
  }

  /** The argument of a data item of the given major type, in its shortest form, at most 16 bits. */
  head(major: number): number {
    const first = this.#byte();
    if (first >> 5 !== major) throw malformed('has a component of another type');
    const short = first & 31;
    if (short < 24) return short;
    if (short === 24) return atLeast(this.#byte(), 24);
    if (short === 25) return atLeast((this.#byte() << 8) | this.#byte(), 256);
    throw malformed('has a component that is too long, or of indefinite length');
  }

  bytes(): Uint8Array {
    const length = this.head(BYTES);
    if (this.#at + length > this.#bytes.length) throw malformed('ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  ascending(): number[] {
    const count = this.#count(ARRAY);
    const numbers: number[] = [];
    for (let i = 0; i < count; i++) {
      const next = this.head(UNSIGNED);
      if (next <= (numbers.at(-1) ?? -1)) throw malformed('has indexes out of order, or one twice');
      numbers.push(next);
    }
    return numbers;
  }

  labels(): Map<string, string> {
    const count = this.#count(MAP);
    const labels = new Map<string, string>();
    for (let i = 0, last = -1; i < count; i++) {
      const key = this.head(UNSIGNED);
      if (key <= last) throw malformed('has labels out of order, or one twice');
      last = key;
      labels.set(`c14n${key}`, `b${this.head(UNSIGNED)}`);
    }
    if (new Set(labels.values()).size !== labels.size) throw malformed('gives two blank nodes one label');
    return labels;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed('goes on behind its end');
  }

  #count(major: number): number {
    const count = this.head(major);
    if (count > MAX_MESSAGES) throw malformed('has too many entries');
    return count;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw malformed('ends too early');
    return byte;
  }
}

function atLeast(value: number, least: number): number {
  if (value < least) throw malformed('has a length that is not the shortest');
  return value;
}

function malformed(problem: string): CredentialError {
  return new CredentialError('disclosure-malformed', 'The proof value cannot be read', {
    fields: [{ field: 'proof.proofValue', problem }],
  });
}
