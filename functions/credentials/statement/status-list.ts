import { canonicalBytes } from './canonical-json.ts';
import type { CredentialKind } from './claim-schema.ts';
import { bytesToNumber, hashToField } from './field.ts';
import { HashTree, type TreePath } from './hash-tree.ts';
import { StatementError } from './statement-error.ts';

/** Depth of a status list's tree: four children to a node, chunks of 128 entries for leaves. */
export const STATUS_LEVELS = 5;

const CHUNK_BITS = 128;

/** Entries of a status list, exactly: 4^5 · 128 = 131,072, the W3C minimum and the size of every anonymity set. */
export const STATUS_ENTRIES = 4 ** STATUS_LEVELS * CHUNK_BITS;

/**
 * An uncompressed W3C Bitstring Status List of one bit per entry, with the tree whose root is the public signal
 * `statusRoot`.
 *
 * @example
 * ```ts
 * const list = new StatusList(gunzip(encodedList));
 * list.isSet(94_567);
 * ```
 */
export class StatusList {
  readonly #bytes: Uint8Array;
  readonly #chunks: readonly bigint[];
  readonly #tree: HashTree;

  /**
   * @param bytes exactly {@link STATUS_ENTRIES} / 8; the first entry is the most significant bit of the first byte.
   * @throws StatementError `status-list-invalid`
   */
  constructor(bytes: Uint8Array) {
    if (bytes.length * 8 !== STATUS_ENTRIES)
      throw new StatementError('status-list-invalid', `a status list has exactly ${STATUS_ENTRIES} entries`);
    const size = CHUNK_BITS / 8;
    this.#bytes = bytes.slice();
    this.#chunks = Array.from({ length: bytes.length / size }, (_, i) =>
      bytesToNumber(bytes.subarray(size * i, size * (i + 1))),
    );
    this.#tree = new HashTree(this.#chunks, 4, STATUS_LEVELS);
  }

  /** The list of a credential kind that has none: no entry is set. */
  static empty(): StatusList {
    return new StatusList(new Uint8Array(STATUS_ENTRIES / 8));
  }

  get root(): bigint {
    return this.#tree.root;
  }

  /** Whether an entry says revoked or suspended. */
  isSet(index: number): boolean {
    return ((this.#bytes[index >> 3]! >> (7 - (index & 7))) & 1) === 1;
  }

  /** The chunk that an entry is in, and the way from it to the root. */
  path(index: number): { readonly chunk: bigint; readonly children: TreePath } {
    const chunk = Math.floor(index / CHUNK_BITS);
    return { chunk: this.#chunks[chunk]!, children: this.#tree.path(chunk) };
  }
}

/** The name of a status list in proofs: a hash of its URL and purpose, 0 for none. */
export const statusListId = (status: CredentialKind['status']): bigint =>
  status === null
    ? 0n
    : hashToField('countersign/v1/status', canonicalBytes({ list: status.list, purpose: status.purpose }));
