// The names on the big screen: new ones immediately, up to six together, then the newest in turn.
// It shows only names that supporters allow now. A name that could not be checked for a while is
// hidden.

import { countryName, formatNumber } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";
import { prefersReducedMotion, lang } from "../parts/page.js";
import { canDisplay } from "./font-support.js";
import { NameList } from "./name-list.js";

/** @import { NamedButterfly } from "../../../types/montage" */
/** @import { HighlightRings } from "./highlight-rings.js" */

const ROTATE_MS = 7000;
const NEW_MS = 4000;
const NEXT_NEW_MS = 2000;
const FADE_MS = 650;
const POLL_MS = 12000;
const MIN_POLL_MS = 1000;
const MAX_TOGETHER = 6;
const MAX_NAMES = 40;

/** @typedef {Pick<HighlightRings, "show" | "keep">} Rings */

export class RecentNames {
  /** @type {Rings} */
  #rings;
  /** @type {NameList} */
  #names;
  /** @type {NamedButterfly[]} */
  #shown;
  /** @type {boolean} */
  #isNew;
  /** @type {number} */
  #since;
  /** @type {number | undefined} */
  #askedAt;
  /** @type {number | undefined} */
  #timer;

  /**
   * `element` has the address of the names in its data, with {k}, and one name to copy.
   *
   * `rings` marks new butterflies in the picture, with show(names) and keep(isShown).
   *
   * @param {HTMLElement} element
   * @param {Rings} rings
   */
  constructor(element, rings) {
    this.element = element;
    this.#rings = rings;
    this.#names = new NameList(element.dataset.names ?? "");
    this.last = 0;
    /** @type {number[]} */
    this.newNumbers = [];
    this.#shown = [];
    this.#isNew = false;
    this.#since = 0;
    this.turn = 0;
    this.one = /** @type {HTMLElement} */ (element.firstElementChild);
    setInterval(() => document.hidden || this.ask(), POLL_MS);
    this.wait(ROTATE_MS);
  }

  /**
   * Tell it that butterflies up to `last` exist and that those in `born` are new.
   *
   * @param {number} last
   * @param {number[]} [born]
   */
  update(last, born = []) {
    const isFirst = !this.last && last;
    this.last = last;
    // A request that was already running may report the same ones again.
    this.newNumbers = [...new Set([...this.newNumbers, ...born])].slice(-MAX_NAMES);
    if (isFirst) this.ask().then(() => this.#shown.length || this.next());
    else if (born.length) this.fetchSoon();
  }

  // Immediately, but at most once a second while a whole hall signs together.
  fetchSoon() {
    if (this.fetchTimer || document.hidden) return;
    const ms = Math.max(0, (this.#askedAt || 0) + MIN_POLL_MS - Date.now());
    this.fetchTimer = setTimeout(async () => {
      this.#askedAt = Date.now();
      await this.ask(true);
      this.fetchTimer = null;
      // Some numbers were not in the response yet, or came while it was on its way.
      if (this.newNumbers.some((number) => !this.#names.knows(number))) this.fetchSoon();
    }, ms);
  }

  /** @param {boolean} [isNew] */
  async ask(isNew = false) {
    if (!this.last) return;
    await this.#names.ask(this.last, this.newNumbers, MAX_NAMES, isNew);
    /** @param {{ n: number, name: string }} each */
    const isThere = (each) => this.#names.has(each);
    this.#rings.keep(isThere);
    if (!this.#shown.every(isThere)) this.show(this.#shown.filter(isThere));
    this.showWaiting();
  }

  // New names do not wait for other names to finish.
  showWaiting() {
    const waiting = this.waiting();
    this.newNumbers = this.newNumbers.filter((number) => !this.#names.knows(number) || waiting.includes(number));
    const room = this.#isNew ? MAX_TOGETHER - this.#shown.length : MAX_TOGETHER;
    const came = this.takeWaiting(room);
    if (came.length) this.showNew(this.#isNew ? [...this.#shown, ...came] : came, came);
    else if (this.#isNew && this.waiting().length) this.wait(NEXT_NEW_MS - (Date.now() - this.#since));
  }

  /** @returns {number[]} */
  waiting() {
    /** @param {NamedButterfly} named */
    const isShown = (named) => this.#isNew && this.#shown.some((each) => isSame(each, named));
    return this.newNumbers.filter((number) => {
      const named = this.#names.of(number);
      return named && !isShown(named);
    });
  }

  // Take up to `room` new names from the queue.
  /**
   * @param {number} room
   * @returns {NamedButterfly[]}
   */
  takeWaiting(room) {
    const numbers = this.waiting().slice(0, room);
    this.newNumbers = this.newNumbers.filter((number) => !numbers.includes(number));
    return numbers.flatMap((number) => this.#names.of(number) ?? []);
  }

  /**
   * @param {NamedButterfly[]} all
   * @param {NamedButterfly[]} came
   */
  showNew(all, came) {
    this.#isNew = true;
    this.#since = Date.now();
    this.turn = 0;
    this.show(all);
    this.#rings.show(came.map((each) => ({ ...each, label: displayableName(each) || formatNumber(each.n, lang()) })));
    this.wait(this.waiting().length ? NEXT_NEW_MS : NEW_MS);
  }

  /** @param {number} ms */
  wait(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.next(), Math.max(0, ms));
  }

  next() {
    const came = document.hidden ? [] : this.takeWaiting(MAX_TOGETHER);
    if (came.length) {
      this.showNew(came, came);
      return;
    }
    this.#isNew = false;
    this.wait(ROTATE_MS);
    if (document.hidden) return;
    const newest = this.#names.named.slice(0, MAX_NAMES);
    const named = newest[this.turn % newest.length];
    this.turn += 1;
    if (!named) this.show([]);
    else if (!this.#shown.length || prefersReducedMotion()) this.show([named]);
    else if (this.#shown.length > 1 || !isSame(named, this.#shown[0])) this.fadeTo(named);
  }

  /** @param {NamedButterfly} named */
  fadeTo(named) {
    this.show([]);
    setTimeout(() => this.#shown.length || !this.#names.has(named) || this.show([named]), FADE_MS);
  }

  /** @param {NamedButterfly[]} all */
  show(all) {
    this.#shown = all;
    this.element.classList.toggle("is-shown", all.length > 0);
    // While it fades out, the old text stays.
    if (!all.length) return;
    this.element.dataset.together = all.length > 1 ? "many" : "one";
    this.element.replaceChildren(...all.map((each) => this.filled(each)));
  }

  /** @param {NamedButterfly} named */
  filled(named) {
    const one = /** @type {HTMLElement} */ (this.one.cloneNode(true));
    /**
     * @param {string} part
     * @param {string} text
     */
    const write = (part, text) => {
      getElement(one, `[data-${part}]`).textContent = text;
    };
    write("number", formatNumber(named.n, lang()));
    write("name", displayableName(named));
    write("place", countryName(named.country, lang()));
    return one;
  }
}

/**
 * @param {NamedButterfly} one
 * @param {NamedButterfly} other
 */
const isSame = (one, other) => one.n === other.n && one.name === other.name;
// If the computer has no font for a name, only the number is shown.
/**
 * @param {NamedButterfly} named
 * @returns {string}
 */
const displayableName = ({ name }) => (canDisplay(name) ? name : "");
