// The montage at the table: one stage for the life of the app, moved to the screen that shows it.

import { getElement } from "../parts/get-element.js";
import { UncountedSignatures } from "./uncounted-signatures.js";
import { TableNumbers } from "./table-numbers.js";
import { localized, pluralMessage } from "./messages.js";

/** @import { LoadedKiosk } from "../../../types/kiosk" */
/** @import { Stage } from "../montage/stage.js" */

const LEVELS = ["small", "mid", "full"];
const FIRST_MS = 500;
const POLL_MS = 1500;

export class TableMontage {
  /** @type {Promise<void> | null} */
  #starting;
  /** @type {number | null} */
  #timer;

  /** @param {LoadedKiosk} kiosk */
  constructor(kiosk) {
    this.kiosk = kiosk;
    /** @type {Stage | null} */
    this.stage = null;
    this.#starting = null;
    /** @type {TableNumbers | null} */
    this.numbers = null;
    this.#timer = null;
    this.element = getElement(document, "#stage");
    /** @type {(count: number) => void} */
    this.onCount = () => {};
    this.ahead = new UncountedSignatures(kiosk.store);
    kiosk.sync.addEventListener("stored", (event) => {
      this.expect(/** @type {CustomEvent<string[]>} */ (event).detail);
    });
  }

  /** The number of butterflies: the server's, plus those who signed here. */
  get count() {
    return this.numbers && this.numbers.isKnown ? this.numbers.count : this.kiosk.campaign.cause.count;
  }

  /**
   * @param {string} name
   * @returns {string}
   */
  address(name) {
    const { shape, slug } = this.kiosk.campaign.cause;
    const { [name]: pattern = "" } = document.body.dataset;
    return pattern.replace("{shape}", shape).replace("{cause}", slug);
  }

  /**
   * Return the URLs to cache so that the montage can be drawn without a network.
   *
   * @returns {string[]}
   */
  urls() {
    const sprites = this.address("sprites");
    return [this.address("shape"), ...LEVELS.map((level) => sprites.replace("{level}", level))];
  }

  /** @param {HTMLElement} container */
  async attachTo(container) {
    container.append(this.element);
    this.element.setAttribute("role", "img");
    this.updateLabel();
    this.element.hidden = false;
    if (!this.#starting) this.#starting = this.start();
    await this.#starting;
    this.updateLabel();
  }

  detach() {
    if (this.element.parentNode === document.body) return;
    document.body.append(this.element);
    this.element.hidden = true;
    this.choose(null);
  }

  async start() {
    const { cause } = this.kiosk.campaign;
    const { dataset } = this.element;
    Object.assign(dataset, { cause: cause.slug, shape: this.address("shape") });
    Object.assign(dataset, { sprites: this.address("sprites"), numbers: "" });
    dataset.flying = "3";
    const { store } = this.kiosk;
    this.numbers = new TableNumbers(this.address("numbers"), store, this.ahead);
    try {
      const { Stage } = await import("../montage/stage.js");
      const stage = new Stage(/** @type {WithData} */ (this.element));
      stage.numbers = this.numbers;
      this.element.addEventListener("volante:montage-changed", () => this.updateLabel());
      await stage.start();
      this.stage = stage;
    } catch (error) {
      // Without a canvas, the text and the count are enough. The next screen tries again.
      this.#starting = null;
      this.element.replaceChildren();
      await this.numbers.ask();
    }
  }

  updateLabel() {
    const title = localized(this.kiosk.campaign.cause.title);
    const text = pluralMessage("picture", this.count).replace("{title}", title);
    this.element.setAttribute("aria-label", text);
    this.onCount(this.count);
  }

  /**
   * Add the `added` butterflies that were just stored here. Return the numbers of their places.
   *
   * @param {number} added
   * @returns {Promise<number[]>}
   */
  async addSigned(added) {
    await this.#starting;
    const { numbers } = this;
    if (!numbers) return [];
    const change = await numbers.catchUp();
    if (!this.stage) return [];
    this.stage.applyChange(change);
    // A check in between may have added them already.
    return change.born.length ? change.born : numbers.newest(added);
  }

  /**
   * Show the butterfly at place `number` under the lens, or none.
   *
   * @param {number | null} number
   */
  choose(number) {
    if (!this.stage) return;
    const { scene } = this.stage;
    const place = number ? scene.arrivals.flight(number, 0, 0) : null;
    scene.chosen = place && { number: place.number, x: place.x, y: place.y, isHeld: true };
    scene.moved();
  }

  /** @param {string[]} ids */
  expect(ids) {
    this.ahead.expect(ids);
    if (!this.#timer) this.#timer = setTimeout(() => this.follow(), FIRST_MS);
  }

  // Poll until the last stored record is among the server's butterflies.
  async follow() {
    await this.#starting;
    if (this.stage) await this.stage.recheck();
    else if (this.numbers) await this.numbers.ask();
    this.#timer = null;
    const servers = this.numbers?.servers;
    if (!servers || !this.ahead.isOpen(servers.last)) return;
    this.#timer = setTimeout(() => this.follow(), POLL_MS);
  }
}
