// The light that says the tablet is ready to leave the office.

import { requestPersistence, isSafariTab, readiness } from "../readiness.js";
import { startShift } from "../shifts.js";
import { eventPlace, message } from "../messages.js";
import { bindActions, onEnter } from "./actions.js";

const LOOK_MS = 2000;
const REQUEST_MS = 10000;

export class Ready {
  #timer;
  #requestTimer;

  static template = "ready";
  static isForTablers = true;
  isFree = true;

  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    this.found = null;
    this.#timer = null;
    this.#requestTimer = setInterval(() => this.requestMissing(), REQUEST_MS);
    this.input = root.querySelector("#k-tabler");
    const begin = () => this.begin();
    onEnter(this.input, begin);
    bindActions(root, { begin, look: () => this.refresh(), install: () => this.install() });
    this.look();
  }

  render() {
    const { kiosk, event } = this.kiosk.campaign;
    this.root.querySelector("[data-name]").textContent = kiosk.name;
    this.root.querySelector("[data-event]").textContent = eventPlace(event);
    if (this.found) this.show();
  }

  async look() {
    clearTimeout(this.#timer);
    this.found = await readiness(this.kiosk.campaign, this.kiosk.pictureUrls());
    if (this.kiosk.screen !== this) return;
    this.show();
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
    requestPersistence().then(() => this.kiosk.screen === this && this.look());
    await this.look();
  }

  show() {
    const { parts, isReady, isLasting } = this.found;
    for (const [name, isDone] of Object.entries({ ...parts, lasting: isLasting })) {
      const line = this.root.querySelector(`[data-part="${name}"]`);
      line.dataset.is = isDone ? "done" : name === "lasting" ? "warned" : "waiting";
      const state = message(isDone ? "ready_done" : "ready_waits");
      line.querySelector("[data-state]").textContent = `(${state})`;
    }
    const lasting = this.root.querySelector('[data-part="lasting"] [data-word]');
    lasting.dataset.word = isLasting ? "ready_lasting" : "ready_lasting_not";
    lasting.textContent = message(lasting.dataset.word);
    const light = this.root.querySelector("[data-light]");
    light.dataset.is = isReady ? "on" : "off";
    const text = message(isReady ? "ready_yes" : "ready_no");
    const label = light.querySelector("[data-light-text]");
    // Change the text only if it is new, because screen readers announce it.
    if (label.textContent !== text) label.textContent = text;
    const hint = this.root.querySelector("[data-lasting-hint]");
    hint.hidden = isLasting;
    hint.textContent = message(isSafariTab() ? "ready_lasting_safari" : "ready_lasting_hint");
    this.root.querySelector('[data-act="install"]').hidden = !this.kiosk.installing;
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
