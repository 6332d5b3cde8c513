// What the crew sees and does: numbers and times, never a name.

import { moment, number } from "../../lib/sentences.js";
import { lang } from "../../parts/page.js";
import { battery } from "../battery.js";
import { problemsOf } from "../problems.js";
import { readiness } from "../readiness.js";
import { whereOf, word } from "../words.js";
import { onActs } from "./acts.js";
import { Paper } from "./paper.js";
import { Ready } from "./ready.js";
import { ShiftDesk } from "./shift-desk.js";
import { TableCode } from "./table-code.js";
import { Unpair } from "./unpair.js";

const HOUR_MS = 3600000;
const LOOK_MS = 5000;

export class Panel {
  static template = "panel";
  static isCrews = true;
  static isPersonal = true;

  constructor(kiosk, place) {
    Object.assign(this, { kiosk, place, facts: null });
    this.find = (name) => place.querySelector(`[data-${name}]`);
    this.desk = new ShiftDesk(kiosk, place, () => this.lookAgain());
    onActs(place, {
      back: () => kiosk.restart(),
      sync: () => this.sync(),
      code: () => kiosk.show(TableCode),
      paper: () => kiosk.show(Paper),
      hour: () => this.turnHour(),
      check: () => kiosk.show(Ready),
      unpair: () => kiosk.show(Unpair),
    });
    this.look = () => this.lookAgain();
    kiosk.sync.addEventListener("state", this.look);
    this.timer = setInterval(this.look, LOOK_MS);
    this.lookAgain();
  }

  async lookAgain() {
    const { store, campaign, picture } = this.kiosk;
    const [waiting, signed, shifts, notes, synced, charge, ready] = await Promise.all([
      store.waiting(),
      store.read("signed"),
      store.read("shifts"),
      store.read("notes"),
      store.read("synced"),
      battery(),
      readiness(campaign, picture.urls()),
    ]);
    const { stopped } = this.kiosk;
    const expiresAt = Date.parse(this.kiosk.campaign.kiosk.expires_at);
    this.facts = { waiting, synced, charge, ready, stopped, expiresAt };
    Object.assign(this.facts, { signed: signed || [], shifts: shifts || [], notes: notes || [] });
    if (this.kiosk.screen === this) this.say();
  }

  say() {
    const { kiosk, event } = this.kiosk.campaign;
    this.find("name").textContent = kiosk.name;
    this.find("where").textContent = whereOf(event);
    if (!this.facts) return;
    this.sayFigures();
    this.sayProblems();
    this.desk.say(this.facts.shifts);
    const { charge, ready } = this.facts;
    this.find("battery").hidden = !charge;
    const level = charge ? charge.level : 0;
    const percent = new Intl.NumberFormat(lang(), { style: "percent" }).format(level);
    this.find("battery").lastElementChild.textContent = word("battery", { percent });
    this.find("light").dataset.is = ready.isReady ? "on" : "off";
    const light = word(ready.isReady ? "ready_yes" : "ready_no");
    this.find("light-words").textContent = light;
  }

  sayFigures() {
    const { signed, waiting, synced } = this.facts;
    const midnight = new Date().setHours(0, 0, 0, 0);
    const since = (ms) => signed.filter((at) => at > ms).length;
    const figures = {
      today: since(midnight),
      hour: since(Date.now() - HOUR_MS),
      waiting: waiting.count,
    };
    for (const [name, n] of Object.entries(figures)) {
      const figure = this.place.querySelector(`[data-figure="${name}"]`);
      figure.textContent = number(n, lang());
    }
    const last = synced ? word("synced_at", { time: moment(synced, lang()) }) : word("synced_never");
    const oldest = waiting.count ? word("oldest", { time: moment(waiting.oldest, lang()) }) : "";
    this.find("synced").textContent = [last, oldest].filter(Boolean).join(". ").replace(/\.{2,}/g, ".");
  }

  sayProblems() {
    const problems = problemsOf(this.kiosk.sync.state, this.facts, this.kiosk.update);
    const said = JSON.stringify(problems);
    // Screen readers must not repeat the problems at every refresh.
    if (said === this.said) return;
    this.said = said;
    this.find("problems").replaceChildren(...problems.map((problem) => this.bar(problem)));
  }

  bar({ kind, title, text, lines = [], notes }) {
    const bar = document.createElement("div");
    bar.className = `alert alert--${kind}`;
    const both = document.createElement("div");
    for (const [at, line] of [title, ...lines, text].entries()) {
      const className = at ? "" : "alert-title";
      both.append(Object.assign(document.createElement("p"), { className, textContent: line }));
    }
    if (notes) both.append(this.seenButton(notes));
    bar.append(both);
    return bar;
  }

  seenButton(notes) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: word("notes_seen") });
    button.addEventListener("click", async () => {
      await this.kiosk.store.forgetNotes(notes);
      await this.lookAgain();
      if (this.kiosk.screen === this) this.find("name").focus({ preventScroll: true });
    });
    return button;
  }

  async sync() {
    const sent = this.find("sent");
    sent.textContent = word("syncing");
    await this.kiosk.sync.sendAll();
    await this.lookAgain();
    if (this.kiosk.screen !== this) return;
    const { isOnline } = this.kiosk.sync.state;
    const end = this.facts.waiting.count ? "sync_partly" : "synced";
    sent.textContent = word(isOnline ? end : "sync_failed");
  }

  turnHour() {
    const { dataset } = document.documentElement;
    const isNight = dataset.theme
      ? dataset.theme === "night"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isNight ? "day" : "night";
    this.kiosk.store.write({ theme: dataset.theme });
  }

  leave() {
    clearInterval(this.timer);
    this.kiosk.sync.removeEventListener("state", this.look);
  }
}
