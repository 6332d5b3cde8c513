// The public names of single butterflies, kept for a moment.

import { chunkOf, fetchChunk } from "../lib/name-chunks.js";

/** @import { NamedButterfly } from "../../../types/montage" */

const MAX_CHUNKS = 24;
// HTTP caches may add half a minute. A name that is withdrawn is still gone within a minute.
const MAX_AGE_MS = 15000;

export class NameLoader {
  /** @type {Map<number, { names: Promise<Map<number, NamedButterfly>>, at: number }>} */
  #chunks;

  /**
   * `url` contains {k}, the index of the chunk.
   *
   * @param {string} url
   */
  constructor(url) {
    this.url = url;
    this.#chunks = new Map();
  }

  /**
   * Return { name, country, at, comment } of butterfly `number`, or null if its name is not public.
   *
   * @param {number} number
   * @returns {Promise<NamedButterfly | null>}
   */
  async of(number) {
    const names = await this.chunk(chunkOf(number));
    return names.get(number) || null;
  }

  /** Clear the cache, because a supporter withdrew or a number has a new supporter. */
  forget() {
    this.#chunks.clear();
  }

  /** @param {number} k */
  chunk(k) {
    const cached = this.#chunks.get(k);
    if (cached && Date.now() - cached.at < MAX_AGE_MS) return cached.names;
    const names = this.fetch(k);
    this.#chunks.delete(k);
    this.#chunks.set(k, { names, at: Date.now() });
    names.catch(() => this.#chunks.delete(k));
    if (this.#chunks.size > MAX_CHUNKS) this.#chunks.delete(/** @type {number} */ (this.#chunks.keys().next().value));
    return names;
  }

  /**
   * @param {number} k
   * @returns {Promise<Map<number, NamedButterfly>>}
   */
  async fetch(k) {
    const { butterflies } = await fetchChunk(this.url, k);
    return new Map(butterflies.map((each) => [each.n, each]));
  }
}
