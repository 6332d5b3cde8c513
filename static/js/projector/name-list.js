// Which of the newest butterflies may be named now.

import { CHUNK_SIZE, chunkOf, fetchChunk } from "../lib/name-chunks.js";

/** @import { NameChunk, NamedButterfly } from "../../../types/montage" */

const MAX_CHUNKS = 4;
// A copy may be half a minute old when it arrives. With this limit, nobody is named a minute after
// withdrawing.
const MAX_AGE_MS = 28000;

export class NameList {
  /** @type {Map<number, NamedButterfly>} */
  #byNumber;
  /** @type {Map<number, NameChunk>} */
  #chunks;
  /** @type {number} */
  #askedAt;

  /**
   * `url` is the address of the names, with {k}.
   *
   * @param {string} url
   */
  constructor(url) {
    this.url = url;
    /** @type {NamedButterfly[]} */
    this.named = [];
    this.#byNumber = new Map();
    this.#chunks = new Map();
    this.#askedAt = 0;
  }

  /**
   * Return the name of butterfly `number` as { n, name, country }, or undefined.
   *
   * @param {number} number
   * @returns {NamedButterfly | undefined}
   */
  of(number) {
    return this.#byNumber.get(number);
  }

  /**
   * Return whether this name may still be shown.
   *
   * @param {{ n: number, name: string }} named
   * @returns {boolean}
   */
  has({ n, name }) {
    return this.of(n)?.name === name;
  }

  /**
   * Return whether the last answer included butterfly `number`, named or only counted.
   *
   * @param {number} number
   * @returns {boolean}
   */
  knows(number) {
    const chunk = this.#chunks.get(chunkOf(number));
    return chunk !== undefined && number <= chunk.last && !chunk.free.includes(number);
  }

  /**
   * Fetch the newest `limit` names up to `last`, and those of `numbers`.
   *
   * With `isNew`, bypass any older cached copy on the way.
   *
   * @param {number} last
   * @param {number[]} numbers
   * @param {number} limit
   * @param {boolean} isNew
   */
  async ask(last, numbers, limit, isNew) {
    const top = chunkOf(last);
    const wanted = new Set([top, ...numbers.map(chunkOf)]);
    if (top && last % CHUNK_SIZE < limit) wanted.add(top - 1);
    try {
      const ks = [...wanted].slice(0, MAX_CHUNKS);
      const chunks = await Promise.all(ks.map((k) => this.fetch(k, isNew)));
      this.#chunks = new Map(ks.map((k, at) => [k, chunks[at]]));
      this.learn(chunks.flatMap(({ butterflies }) => butterflies));
      this.#askedAt = Date.now();
    } catch (error) {
      if (Date.now() - this.#askedAt > MAX_AGE_MS) this.learn([]);
    }
  }

  /** @param {NamedButterfly[]} named */
  learn(named) {
    this.named = named.sort((one, other) => other.n - one.n);
    this.#byNumber = new Map(named.map((each) => [each.n, each]));
  }

  /**
   * @param {number} k
   * @param {boolean} isNew
   * @returns {Promise<NameChunk>}
   */
  // Every big screen asking in this second uses the same address, so a cache on the way can serve
  // them all.
  fetch(k, isNew) {
    if (!isNew) return fetchChunk(this.url, k, { cache: "no-cache" });
    return fetchChunk(this.url, k, { query: `?second=${Math.floor(Date.now() / 1000)}`, cache: "no-store" });
  }
}
