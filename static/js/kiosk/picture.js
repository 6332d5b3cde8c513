// The montage at the table: one stage for the life of the app, lent to whichever screen shows it.

import { ask } from "./server.js";
import { TableNumbers } from "./table-numbers.js";
import { local, words } from "./words.js";

const LEVELS = ["small", "mid", "full"];
const ASK_MS = 1500;
const ASKS = 20;

export class Picture {
  constructor(kiosk) {
    Object.assign(this, { kiosk, stage: null, starting: null, count: 0 });
    this.element = document.getElementById("stage");
    // Ids that the server has stored and not given a number yet.
    this.hatching = new Map();
    this.onCount = () => {};
    kiosk.sync.addEventListener("stored", ({ detail }) => this.expect(detail));
  }

  address(name) {
    const { shape, slug } = this.kiosk.campaign.cause;
    return document.body.dataset[name].replace("{shape}", shape).replace("{cause}", slug);
  }

  /** What must be kept so that the picture can be drawn without a network. */
  urls() {
    const sprites = this.address("sprites");
    return [this.address("shape"), ...LEVELS.map((level) => sprites.replace("{level}", level))];
  }

  async putIn(place) {
    place.append(this.element);
    this.count = this.count || this.kiosk.campaign.cause.count;
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
    try {
      const { Stage } = await import("../montage/stage.js");
      const stage = new Stage(this.element);
      const ahead = () => this.ahead();
      stage.numbers = new TableNumbers(this.address("numbers"), this.kiosk.store, ahead);
      this.element.addEventListener("volante:montage-changed", () => this.tell());
      await stage.start();
      this.stage = stage;
    } catch (error) {
      // Without a canvas the words and the count are enough; the next screen tries again.
      this.starting = null;
      this.element.replaceChildren();
      this.count = this.kiosk.campaign.cause.count + (await this.ahead());
    }
  }

  // Signed here with a witness, and not among the server's yet.
  async ahead() {
    const queue = await this.kiosk.store.queue();
    return queue.filter(({ flies, refused }) => flies && !refused).length + this.hatching.size;
  }

  tell() {
    if (this.stage) this.count = this.stage.numbers.count;
    const title = local(this.kiosk.campaign.cause.title);
    const text = words("picture", this.count).replace("{title}", title);
    this.element.setAttribute("aria-label", text);
    this.onCount(this.count);
  }

  /** Let the `more` butterflies come that were just kept here, and return the numbers of their places. */
  async join(more) {
    await this.starting;
    if (!this.stage) {
      this.count += more;
      return [];
    }
    const { numbers } = this.stage;
    const change = await numbers.catchUp();
    this.stage.take(change);
    // A look in between may have let them in already.
    return change.born.length ? change.born : numbers.newest(more);
  }

  /** Show the butterfly at place `number` under the lens, or none. */
  choose(number) {
    if (!this.stage) return;
    const { scene } = this.stage;
    const place = number ? scene.arrivals.flight(number, 0, 0) : null;
    scene.chosen = place && { number, x: place.x, y: place.y };
    scene.moved();
  }

  expect(ids) {
    const isIdle = !this.hatching.size;
    for (const id of ids) this.hatching.set(id, ASKS);
    if (ids.length && isIdle) setTimeout(() => this.askNumbers(), ASK_MS / 3);
  }

  async askNumbers() {
    const pairing = await this.kiosk.store.pairing();
    const ids = [...this.hatching.keys()].slice(0, 50);
    try {
      const { secret } = pairing;
      const { answer } = await ask("/kiosk/numbers", { secret, body: { ids } });
      for (const id of ids) {
        const tries = this.hatching.get(id) - 1;
        if (id in answer.numbers || tries <= 0) this.hatching.delete(id);
        else this.hatching.set(id, tries);
      }
      const detail = answer.numbers;
      this.element.dispatchEvent(new CustomEvent("volante:numbers", { detail }));
    } catch (error) {
      for (const id of ids) this.hatching.delete(id);
    }
    if (this.hatching.size) setTimeout(() => this.askNumbers(), ASK_MS);
    else if (this.stage) this.stage.recheck();
  }
}
