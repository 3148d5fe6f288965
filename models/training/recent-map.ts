/** What a replay keeps its records in. */
export interface RecordMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  entries(): Iterable<[string, V]>;
}

/**
 * A map that forgets what was not set for long when it is full: bounded memory for an unbounded stream. It holds
 * two generations; when the younger has half of the limit, the elder goes as a whole. (Deleting the oldest entry
 * of one Map again and again would walk over all entries deleted before.)
 */
export class RecentMap<V> implements RecordMap<V> {
  readonly #half: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  /** How many entries were forgotten. */
  forgotten = 0;

  /** @param limit most entries at any time; at least half of it are kept */
  constructor(limit: number) {
    this.#half = Math.max(1, Math.floor(limit / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: V): void {
    this.#young.set(key, value);
    this.#old.delete(key);
    if (this.#young.size < this.#half) return;
    this.forgotten += this.#old.size;
    this.#old = this.#young;
    this.#young = new Map();
  }

  *entries(): Generator<[string, V]> {
    yield* this.#old;
    yield* this.#young;
  }
}
