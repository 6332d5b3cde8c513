// The names that supporters allowed, a thousand butterflies at a time.

const CHUNK = 1000;
const MAX_CHUNKS = 24;
// With the half minute that copies on the way may be old, whoever withdraws is gone within one.
const FRESH_MS = 15000;

export class Names {
  /** `url` has {k} in it. */
  constructor(url) {
    Object.assign(this, { url, chunks: new Map() });
  }

  /** Return { name, country, at, comment } of butterfly `number`, or null for one only counted. */
  async of(number) {
    const names = await this.chunk(Math.floor((number - 1) / CHUNK));
    return names.get(number) || null;
  }

  /** Forget all: somebody left, or came in somebody's place. */
  forget() {
    this.chunks.clear();
  }

  chunk(k) {
    const kept = this.chunks.get(k);
    if (kept && Date.now() - kept.at < FRESH_MS) return kept.names;
    const names = this.fetch(k);
    this.chunks.delete(k);
    this.chunks.set(k, { names, at: Date.now() });
    names.catch(() => this.chunks.delete(k));
    if (this.chunks.size > MAX_CHUNKS) this.chunks.delete(this.chunks.keys().next().value);
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
