// The names that supporters made public, fetched for a thousand butterflies at a time.

const CHUNK = 1000;
const MAX_CHUNKS = 24;
// HTTP caches may add half a minute. A name that is withdrawn is still gone within a minute.
const MAX_AGE_MS = 15000;

export class NameLoader {
  #chunks;

  /** `url` contains {k}, the index of the chunk. */
  constructor(url) {
    this.url = url;
    this.#chunks = new Map();
  }

  /**
   * Return { name, country, at, comment } of butterfly `number`, or null if its name is not public.
   */
  async of(number) {
    const names = await this.chunk(Math.floor((number - 1) / CHUNK));
    return names.get(number) || null;
  }

  /** Clear the cache, because a supporter withdrew or a number has a new supporter. */
  forget() {
    this.#chunks.clear();
  }

  chunk(k) {
    const cached = this.#chunks.get(k);
    if (cached && Date.now() - cached.at < MAX_AGE_MS) return cached.names;
    const names = this.fetch(k);
    this.#chunks.delete(k);
    this.#chunks.set(k, { names, at: Date.now() });
    names.catch(() => this.#chunks.delete(k));
    if (this.#chunks.size > MAX_CHUNKS) this.#chunks.delete(this.#chunks.keys().next().value);
    return names;
  }

  async fetch(k) {
    const response = await fetch(this.url.replace("{k}", k), { credentials: "omit" });
    if (response.status === 404) return new Map();
    if (!response.ok) throw new Error(`Names ${response.status}`);
    const { butterflies } = await response.json();
    return new Map(butterflies.map((each) => [each.n, each]));
  }
}
