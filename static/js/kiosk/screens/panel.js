// What the volunteers see and do: numbers and times, never a name.

import { formatNumber, formatPercent, formatTime } from "../../lib/format.js";
import { getElement } from "../../parts/get-element.js";
import { lang } from "../../parts/page.js";
import { readBattery } from "../battery.js";
import { problemsOf } from "../problems.js";
import { readiness } from "../readiness.js";
import { eventPlace, message, pluralMessage } from "../messages.js";
import { bindActions } from "./actions.js";
import { Paper } from "./paper.js";
import { Ready } from "./ready.js";
import { ShiftPanel } from "./shift-panel.js";
import { TableCode } from "./table-code.js";
import { Unpair } from "./unpair.js";

/** @import { LoadedKiosk, PanelStatus, Problem, ReviewNote } from "../../../../types/kiosk" */

const HOUR_MS = 3600000;
const REFRESH_MS = 5000;

export class Panel {
  /** @type {ShiftPanel} */
  #desk;
  /** @type {() => void} */
  #look;
  /** @type {number} */
  #timer;
  /** @type {string | undefined} */
  #said;

  static template = "panel";
  static isForTablers = true;
  static isPersonal = true;

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   */
  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    /** @type {PanelStatus | null} */
    this.status = null;
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
    this.#desk = new ShiftPanel(kiosk, root, () => this.refresh());
    bindActions(root, {
      back: () => kiosk.restart(),
      sync: () => this.sync(),
      code: () => kiosk.show(TableCode),
      paper: () => kiosk.show(Paper),
      hour: () => this.toggleTheme(),
      check: () => kiosk.show(Ready),
      unpair: () => kiosk.show(Unpair),
    });
    this.#look = () => this.refresh();
    kiosk.sync.addEventListener("state", this.#look);
    this.#timer = setInterval(this.#look, REFRESH_MS);
    this.refresh();
  }

  async refresh() {
    const { store, campaign } = this.kiosk;
    const [waiting, signed, shifts, notes, synced, batteryState, ready] = await Promise.all([
      store.waiting(),
      store.read("signed"),
      store.read("shifts"),
      store.read("notes"),
      store.read("synced"),
      readBattery(),
      readiness(campaign, this.kiosk.pictureUrls()),
    ]);
    const { stopped } = this.kiosk;
    const expiresAt = Date.parse(this.kiosk.campaign.kiosk.expires_at);
    const stored = { signed: signed || [], shifts: shifts || [], notes: notes || [] };
    this.status = { waiting, synced, charge: batteryState, ready, stopped, expiresAt, ...stored };
    if (this.kiosk.screen === this) this.render();
  }

  render() {
    const { kiosk, event } = this.kiosk.campaign;
    this.find("name").textContent = kiosk.name;
    this.find("where").textContent = eventPlace(event);
    if (!this.status) return;
    this.renderFigures(this.status);
    this.renderProblems(this.status);
    this.#desk.render(this.status.shifts);
    const { charge: batteryState, ready } = this.status;
    this.find("battery").hidden = !batteryState;
    const level = batteryState ? batteryState.level : 0;
    const percent = formatPercent(level, lang());
    const batteryText = /** @type {Element} */ (this.find("battery").lastElementChild);
    batteryText.textContent = message("battery", { percent });
    this.find("light").dataset.is = ready.isReady ? "on" : "off";
    const light = message(ready.isReady ? "ready_yes" : "ready_no");
    this.find("light-text").textContent = light;
  }

  /** @param {PanelStatus} status */
  renderFigures({ signed, waiting, synced }) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    /** @param {number} ms */
    const since = (ms) => signed.filter((at) => at > ms).length;
    const figures = {
      today: since(midnight),
      hour: since(Date.now() - HOUR_MS),
      waiting: waiting.count,
    };
    for (const [name, n] of Object.entries(figures)) {
      const figure = getElement(this.root, `[data-figure="${name}"]`);
      figure.textContent = formatNumber(n, lang());
      const label = getElement(this.root, `[data-figure-label="${name}"]`);
      label.textContent = pluralMessage(`figure_${name}`, n);
    }
    const last = synced ? message("synced_at", { time: formatTime(synced, lang()) }) : message("synced_never");
    const oldest = waiting.oldest === null ? "" : message("oldest", { time: formatTime(waiting.oldest, lang()) });
    this.find("synced").textContent = [last, oldest].filter(Boolean).join(". ").replace(/\.{2,}/g, ".");
  }

  /** @param {PanelStatus} status */
  renderProblems(status) {
    const problems = problemsOf(this.kiosk.sync.state, status, this.kiosk.update);
    const serialized = JSON.stringify(problems);
    // Screen readers must not repeat the problems at every refresh.
    if (serialized === this.#said) return;
    this.#said = serialized;
    this.find("problems").replaceChildren(...problems.map((problem) => this.bar(problem)));
  }

  /** @param {Problem} problem */
  bar({ kind, title, text, lines = [], notes }) {
    const bar = document.createElement("div");
    bar.className = `alert alert--${kind}`;
    const body = document.createElement("div");
    for (const [at, line] of [title, ...lines, text].entries()) {
      const className = at ? "" : "alert-title";
      body.append(Object.assign(document.createElement("p"), { className, textContent: line }));
    }
    if (notes) body.append(this.seenButton(notes));
    bar.append(body);
    return bar;
  }

  /** @param {ReviewNote[]} notes */
  seenButton(notes) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: message("notes_seen") });
    button.addEventListener("click", async () => {
      await this.kiosk.store.forgetNotes(notes);
      await this.refresh();
      if (this.kiosk.screen === this) this.find("name").focus({ preventScroll: true });
    });
    return button;
  }

  async sync() {
    const sent = this.find("sent");
    sent.textContent = message("syncing");
    await this.kiosk.sync.sendAll();
    await this.refresh();
    if (this.kiosk.screen !== this) return;
    const { isOnline } = this.kiosk.sync.state;
    const end = this.status?.waiting.count ? "sync_partly" : "synced";
    sent.textContent = message(isOnline ? end : "sync_failed");
  }

  toggleTheme() {
    const { dataset } = document.documentElement;
    const isNight = dataset.theme
      ? dataset.theme === "night"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isNight ? "day" : "night";
    this.kiosk.store.write({ theme: dataset.theme });
  }

  leave() {
    clearInterval(this.#timer);
    this.kiosk.sync.removeEventListener("state", this.#look);
  }
}
