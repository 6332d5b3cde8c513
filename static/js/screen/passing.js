// The names on the big screen: new ones immediately, up to six together, then the newest in turn.
// It shows only names that supporters allow now. A name that could not be checked for a while is
// hidden.

import { number as inWords } from "../lib/sentences.js";
import { isStill, lang } from "../parts/page.js";
import { isLegible } from "./legible.js";
import { Roll } from "./roll.js";

const EACH_MS = 7000;
const NEW_MS = 4000;
const QUICK_MS = 2000;
const FADE_MS = 650;
const ASK_MS = 12000;
const APART_MS = 1000;
const MAX_TOGETHER = 6;
const MAX_NAMES = 40;
const LOCALES = { es: "es-MX" };

function placeOf({ country }) {
  if (!country || typeof Intl.DisplayNames !== "function") return "";
  return new Intl.DisplayNames([LOCALES[lang()] || lang()], { type: "region" }).of(country) || "";
}

export class Passing {
  /**
   * `element` has the address of the names in its data, with {k}, and one name to copy.
   *
   * `rings` marks new butterflies in the picture, with show(names) and keep(isShown).
   */
  constructor(element, rings) {
    Object.assign(this, { element, rings, roll: new Roll(element.dataset.names) });
    Object.assign(this, { last: 0, fresh: [], shown: [], isNew: false, since: 0, turn: 0 });
    this.one = element.firstElementChild;
    setInterval(() => document.hidden || this.ask(), ASK_MS);
    this.wait(EACH_MS);
  }

  /** Tell it that butterflies up to `last` exist and that those in `born` are new. */
  hear(last, born = []) {
    const isFirst = !this.last && last;
    this.last = last;
    // A request that was already running may report the same ones again.
    this.fresh = [...new Set([...this.fresh, ...born])].slice(-MAX_NAMES);
    if (isFirst) this.ask().then(() => this.shown.length || this.next());
    else if (born.length) this.askSoon();
  }

  // Immediately, but at most once a second while a whole hall signs together.
  askSoon() {
    if (this.soon || document.hidden) return;
    const ms = Math.max(0, (this.askedAt || 0) + APART_MS - Date.now());
    this.soon = setTimeout(async () => {
      this.askedAt = Date.now();
      await this.ask(true);
      this.soon = null;
      // Some numbers were not in the response yet, or came while it was on its way.
      if (this.fresh.some((number) => !this.roll.knows(number))) this.askSoon();
    }, ms);
  }

  async ask(isNew = false) {
    if (!this.last) return;
    await this.roll.ask(this.last, this.fresh, MAX_NAMES, isNew);
    const isThere = (each) => this.roll.has(each);
    this.rings.keep(isThere);
    if (!this.shown.every(isThere)) this.show(this.shown.filter(isThere));
    this.welcome();
  }

  // New names do not wait for other names to finish.
  welcome() {
    const waiting = this.waiting();
    this.fresh = this.fresh.filter((number) => !this.roll.knows(number) || waiting.includes(number));
    const room = this.isNew ? MAX_TOGETHER - this.shown.length : MAX_TOGETHER;
    const came = this.cameNow(room);
    if (came.length) this.showNew(this.isNew ? [...this.shown, ...came] : came, came);
    else if (this.isNew && this.waiting().length) this.wait(QUICK_MS - (Date.now() - this.since));
  }

  waiting() {
    const isShown = (named) => this.isNew && this.shown.some((each) => isSame(each, named));
    return this.fresh.filter((number) => this.roll.of(number) && !isShown(this.roll.of(number)));
  }

  // Take up to `room` new names from the queue.
  cameNow(room) {
    const numbers = this.waiting().slice(0, room);
    this.fresh = this.fresh.filter((number) => !numbers.includes(number));
    return numbers.map((number) => this.roll.of(number));
  }

  showNew(all, came) {
    Object.assign(this, { isNew: true, since: Date.now(), turn: 0 });
    this.show(all);
    this.rings.show(came.map((each) => ({ ...each, label: legibleName(each) || inWords(each.n, lang()) })));
    this.wait(this.waiting().length ? QUICK_MS : NEW_MS);
  }

  wait(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.next(), Math.max(0, ms));
  }

  next() {
    const came = document.hidden ? [] : this.cameNow(MAX_TOGETHER);
    if (came.length) {
      this.showNew(came, came);
      return;
    }
    this.isNew = false;
    this.wait(EACH_MS);
    if (document.hidden) return;
    const newest = this.roll.named.slice(0, MAX_NAMES);
    const named = newest[this.turn % newest.length];
    this.turn += 1;
    if (!named) this.show([]);
    else if (!this.shown.length || isStill()) this.show([named]);
    else if (this.shown.length > 1 || !isSame(named, this.shown[0])) this.fadeTo(named);
  }

  fadeTo(named) {
    this.show([]);
    setTimeout(() => this.shown.length || !this.roll.has(named) || this.show([named]), FADE_MS);
  }

  show(all) {
    this.shown = all;
    this.element.classList.toggle("is-shown", all.length > 0);
    // While it fades out, the old text stays.
    if (!all.length) return;
    this.element.dataset.together = all.length > 1 ? "many" : "one";
    this.element.replaceChildren(...all.map((each) => this.filled(each)));
  }

  filled(named) {
    const one = this.one.cloneNode(true);
    const write = (part, text) => {
      one.querySelector(`[data-${part}]`).textContent = text;
    };
    write("number", inWords(named.n, lang()));
    write("name", legibleName(named));
    write("place", placeOf(named));
    return one;
  }
}

const isSame = (one, other) => one.n === other.n && one.name === other.name;
// If the computer has no font for a name, only the number is shown.
const legibleName = ({ name }) => (isLegible(name) ? name : "");
