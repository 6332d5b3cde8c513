// The montage at the table: one stage for the life of the app, moved to the screen that shows it.

import { Ahead } from "./ahead.js";
import { TableNumbers } from "./table-numbers.js";
import { local, words } from "./words.js";

const LEVELS = ["small", "mid", "full"];
const FIRST_MS = 500;
const ASK_MS = 1500;

export class Picture {
  constructor(kiosk) {
    Object.assign(this, { kiosk, stage: null, starting: null, numbers: null, timer: null });
    this.element = document.getElementById("stage");
    this.onCount = () => {};
    this.ahead = new Ahead(kiosk.store);
    kiosk.sync.addEventListener("stored", ({ detail }) => this.expect(detail));
  }

  /** The number of butterflies: the server's, plus those who signed here. */
  get count() {
    const isKnown = this.numbers && this.numbers.isKnown;
    return isKnown ? this.numbers.count : this.kiosk.campaign.cause.count;
  }

  address(name) {
    const { shape, slug } = this.kiosk.campaign.cause;
    return document.body.dataset[name].replace("{shape}", shape).replace("{cause}", slug);
  }

  /** Return the URLs to cache so that the montage can be drawn without a network. */
  urls() {
    const sprites = this.address("sprites");
    return [this.address("shape"), ...LEVELS.map((level) => sprites.replace("{level}", level))];
  }

  async putIn(place) {
    place.append(this.element);
    this.element.setAttribute("role", "img");
    this.tell();
    this.element.hidden = false;
    if (!this.starting) this.starting = this.start();
    await this.starting;
    this.tell();
  }

  putAway() {
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
    dataset.aloft = 3;
    const { store } = this.kiosk;
    this.numbers = new TableNumbers(this.address("numbers"), store, this.ahead);
    try {
      const { Stage } = await import("../montage/stage.js");
      const stage = new Stage(this.element);
      stage.numbers = this.numbers;
      this.element.addEventListener("volante:montage-changed", () => this.tell());
      await stage.start();
      this.stage = stage;
    } catch (error) {
      // Without a canvas, the text and the count are enough. The next screen tries again.
      this.starting = null;
      this.element.replaceChildren();
      await this.numbers.ask();
    }
  }

  tell() {
    const title = local(this.kiosk.campaign.cause.title);
    const text = words("picture", this.count).replace("{title}", title);
    this.element.setAttribute("aria-label", text);
    this.onCount(this.count);
  }

  /** Add the `more` butterflies that were just stored here. Return the numbers of their places. */
  async join(more) {
    await this.starting;
    const { numbers } = this;
    const change = await numbers.catchUp();
    if (!this.stage) return [];
    this.stage.take(change);
    // A check in between may have added them already.
    return change.born.length ? change.born : numbers.newest(more);
  }

  /** Show the butterfly at place `number` under the lens, or none. */
  choose(number) {
    if (!this.stage) return;
    const { scene } = this.stage;
    const place = number ? scene.arrivals.flight(number, 0, 0) : null;
    scene.chosen = place && { number, x: place.x, y: place.y, isHeld: true };
    scene.moved();
  }

  expect(ids) {
    this.ahead.expect(ids);
    if (!this.timer) this.timer = setTimeout(() => this.follow(), FIRST_MS);
  }

  // Poll until the last stored record is among the server's butterflies.
  async follow() {
    await this.starting;
    if (this.stage) await this.stage.recheck();
    else if (this.numbers) await this.numbers.ask();
    this.timer = null;
    const { servers } = this.numbers || {};
    if (!servers || !this.ahead.isOpen(servers.last)) return;
    this.timer = setTimeout(() => this.follow(), ASK_MS);
  }
}
