/** Keeps the values that were used last. */
export class RecentCache {
  #entries = new Map(); // the least recently used first

  constructor(limit) {
    this.limit = limit;
  }

  /** The value, which counts as used now; undefined where there is none. */
  get(key) {
    if (!this.#entries.has(key)) return undefined;
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Adds or replaces a value, which counts as used now, and forgets the least recently used past the limit. */
  set(key, value) {
    // TODO: implement
  }

  get size() {
    return this.#entries.size;
  }
}
