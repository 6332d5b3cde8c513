// The light that says the tablet is ready to leave the office.

import { getElement } from "../../parts/get-element.js";
import { requestPersistence, isSafariTab, readiness } from "../readiness.js";
import { startShift } from "../shifts.js";
import { eventPlace, message } from "../messages.js";
import { bindActions, onEnter } from "./actions.js";

/** @import { LoadedKiosk, Readiness } from "../../../../types/kiosk" */

const LOOK_MS = 2000;
const REQUEST_MS = 10000;

export class Ready {
  /** @type {number | null} */
  #timer;
  /** @type {number} */
  #requestTimer;

  static template = "ready";
  static isForTablers = true;
  isFree = true;

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   */
  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    /** @type {Readiness | null} */
    this.found = null;
    this.#timer = null;
    this.#requestTimer = setInterval(() => this.requestMissing(), REQUEST_MS);
    /** @type {HTMLInputElement} */
    this.input = getElement(root, "#k-tabler");
    const begin = () => this.begin();
    onEnter(this.input, begin);
    bindActions(root, { begin, look: () => this.refresh(), install: () => this.install() });
    this.look();
  }

  render() {
    const { kiosk, event } = this.kiosk.campaign;
    getElement(this.root, "[data-name]").textContent = kiosk.name;
    getElement(this.root, "[data-event]").textContent = eventPlace(event);
    if (this.found) this.show(this.found);
  }

  async look() {
    clearTimeout(this.#timer);
    this.found = await readiness(this.kiosk.campaign, this.kiosk.pictureUrls());
    if (this.kiosk.screen !== this) return;
    this.show(this.found);
    if (!this.found.isReady) this.#timer = setTimeout(() => this.look(), LOOK_MS);
  }

  /** Request what is still missing, unless the request before is not answered yet. */
  requestMissing() {
    const { found, kiosk } = this;
    if (!found || found.isReady) return;
    if (!found.parts.worker) kiosk.update.check();
    if (!(found.parts.campaign && found.parts.picture) && !kiosk.isDownloading) {
      kiosk.download().catch(() => {});
    }
  }

  async refresh() {
    this.kiosk.update.check();
    await this.kiosk.download().catch(() => {});
    // Firefox asks the volunteers and answers only when they do, so nothing waits for it.
    requestPersistence().then(() => {
      if (this.kiosk.screen === this) this.look();
    });
    await this.look();
  }

  /** @param {Readiness} found */
  show({ parts, isReady, isLasting }) {
    for (const [name, isDone] of Object.entries({ ...parts, lasting: isLasting })) {
      const line = getElement(this.root, `[data-part="${name}"]`);
      line.dataset.is = isDone ? "done" : name === "lasting" ? "warned" : "waiting";
      const state = message(isDone ? "ready_done" : "ready_waits");
      getElement(line, "[data-state]").textContent = `(${state})`;
    }
    const lasting = getElement(this.root, '[data-part="lasting"] [data-word]');
    lasting.dataset.word = isLasting ? "ready_lasting" : "ready_lasting_not";
    lasting.textContent = message(lasting.dataset.word);
    const light = getElement(this.root, "[data-light]");
    light.dataset.is = isReady ? "on" : "off";
    const text = message(isReady ? "ready_yes" : "ready_no");
    const label = getElement(light, "[data-light-text]");
    // Change the text only if it is new, because screen readers announce it.
    if (label.textContent !== text) label.textContent = text;
    const hint = getElement(this.root, "[data-lasting-hint]");
    hint.hidden = isLasting;
    hint.textContent = message(isSafariTab() ? "ready_lasting_safari" : "ready_lasting_hint");
    getElement(this.root, '[data-act="install"]').hidden = !this.kiosk.installing;
  }

  async install() {
    const { installing } = this.kiosk;
    if (!installing) return;
    installing.prompt();
    await installing.userChoice;
    this.kiosk.installing = null;
    await this.refresh();
  }

  async begin() {
    const tabler = this.input.value.trim();
    if (tabler) await startShift(this.kiosk.store, tabler);
    await this.kiosk.store.write({ isNew: false });
    this.kiosk.restart();
  }

  leave() {
    clearTimeout(this.#timer);
    clearInterval(this.#requestTimer);
  }
}
