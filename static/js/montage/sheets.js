// The sprite sheets: fetched when butterflies first grow large enough to need them.

const MAX_SIZES = { small: 15, mid: 70, full: Infinity };
export const LEVELS = Object.keys(MAX_SIZES);

export class Sheets {
  /** `url` has {level} in it; `prepare(image)` makes of a sheet what the painter draws with. */
  constructor(url, prepare) {
    Object.assign(this, { url, prepare, ready: {}, asked: new Set(), onReady: () => {} });
  }

  /** Return the best sheet at hand for butterflies of `size` pixels, and fetch a better one if any. */
  for(size) {
    const wanted = LEVELS.findIndex((level) => size < MAX_SIZES[level]);
    this.fetch(LEVELS[wanted]).catch(() => {});
    const order = [...LEVELS.slice(0, wanted + 1).reverse(), ...LEVELS.slice(wanted + 1)];
    const level = order.find((each) => this.ready[each]);
    return level ? this.ready[level] : null;
  }

  /** Fetch one level; a failure is forgotten after a while, so that it is tried again. */
  async fetch(level) {
    if (this.asked.has(level)) return;
    this.asked.add(level);
    try {
      const image = new Image();
      image.src = this.url.replace("{level}", level);
      await image.decode();
      this.ready[level] = await this.prepare(image);
      this.onReady(level);
    } catch (error) {
      setTimeout(() => this.asked.delete(level), 5000);
      throw error;
    }
  }
}
