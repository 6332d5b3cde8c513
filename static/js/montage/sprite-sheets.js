// The sprite sheets. Each is fetched when butterflies first grow large enough to need it.

/** @type {Record<string, number>} */
const MAX_SIZES = { small: 15, mid: 70, full: Infinity };
export const LEVELS = Object.keys(MAX_SIZES);

/**
 * @template Sheet
 */
export class SpriteSheets {
  /**
   * `url` contains {level}. `prepare(image)` turns a sheet into what the renderer draws with.
   *
   * @param {string} url
   * @param {(image: HTMLImageElement) => Promise<Sheet>} prepare
   */
  constructor(url, prepare) {
    this.url = url;
    this.prepare = prepare;
    /** @type {Record<string, Sheet>} */
    this.ready = {};
    this.asked = new Set();
    /** @type {(level: string) => void} */
    this.onReady = () => {};
  }

  /**
   * Return the best loaded sheet for butterflies of `size` pixels.
   *
   * Fetch the right one if missing.
   *
   * @param {number} size
   * @returns {Sheet | null}
   */
  for(size) {
    const wanted = LEVELS.findIndex((level) => size < MAX_SIZES[level]);
    this.fetch(LEVELS[wanted]).catch(() => {});
    const order = [...LEVELS.slice(0, wanted + 1).reverse(), ...LEVELS.slice(wanted + 1)];
    const level = order.find((each) => this.ready[each]);
    return level ? this.ready[level] : null;
  }

  /**
   * Fetch one level.
   *
   * A failure is forgotten after five seconds, so that the fetch can be retried.
   *
   * @param {string} level
   */
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
