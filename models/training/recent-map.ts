/** What a replay keeps its records in. */
export interface RecordMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  entries(): Iterable<[string, V]>;
}

/** A map that forgets what was not set for longest when it is full: bounded memory for an unbounded stream. */
export class RecentMap<V> implements RecordMap<V> {
  readonly #limit: number;
  readonly #map = new Map<string, V>();
  /** How many entries were forgotten. */
  forgotten = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): V | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: V): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size <= this.#limit) return;
    this.#map.delete(this.#map.keys().next().value!);
    this.forgotten++;
  }

  entries(): Iterable<[string, V]> {
    return this.#map.entries();
  }
}
