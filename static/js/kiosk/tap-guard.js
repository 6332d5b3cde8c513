// Keeps the second tap of a double tap from acting on the screen that the first one opened.

const GUARD_MS = 500;

export class TapGuard {
  /** @type {number | null} */
  #timer;

  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.#timer = null;
  }

  /**
   * Block taps for a moment, then call `ready`.
   *
   * @param {() => void} [ready]
   */
  start(ready = () => {}) {
    clearTimeout(this.#timer);
    this.place.inert = true;
    this.#timer = setTimeout(() => {
      this.place.inert = false;
      ready();
    }, GUARD_MS);
  }
}
