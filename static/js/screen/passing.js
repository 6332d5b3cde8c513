// The names of those who came last, one after the other. Only what supporters allow now: what could
// not be asked again for a while is shown no longer.

import { number as inWords } from "../lib/sentences.js";
import { isStill, lang } from "../parts/page.js";

const CHUNK = 1000;
const EACH_MS = 7000;
const FADE_MS = 650;
const ASK_MS = 12000;
// With the half minute that a copy may be old when it comes, nobody is named a minute after withdrawing.
const TRUSTED_MS = 28000;
const MOST = 40;
const LOCALES = { es: "es-MX" };

function placeOf({ country }) {
  if (!country || typeof Intl.DisplayNames !== "function") return "";
  return new Intl.DisplayNames([LOCALES[lang()] || lang()], { type: "region" }).of(country) || "";
}

export class Passing {
  /** `element` has the address of the names in its data, with {k}, and places for what is shown. */
  constructor(element) {
    Object.assign(this, { element, url: element.dataset.names, last: 0, named: [], fresh: [] });
    Object.assign(this, { askedAt: 0, shown: null, turn: 0 });
    setInterval(() => document.hidden || this.ask(), ASK_MS);
    setInterval(() => document.hidden || this.next(), EACH_MS);
  }

  /** There are butterflies up to `last`; those in `born` came just now. */
  hear(last, born = []) {
    const isFirst = !this.last && last;
    this.last = last;
    this.fresh.push(...born);
    this.fresh.splice(0, this.fresh.length - MOST);
    if (isFirst) this.ask().then(() => this.next());
    else if (born.length) this.askSoon();
  }

  // A hall that signs together asks once, not for each.
  askSoon() {
    if (this.soon) return;
    this.soon = setTimeout(() => {
      this.soon = null;
      if (!document.hidden) this.ask();
    }, 1500 + 1500 * Math.random());
  }

  async ask() {
    if (!this.last) return;
    const top = Math.floor((this.last - 1) / CHUNK);
    const chunks = new Set([top, ...this.fresh.map((number) => Math.floor((number - 1) / CHUNK))]);
    if (top && this.last % CHUNK < MOST) chunks.add(top - 1);
    try {
      const found = await Promise.all([...chunks].slice(0, 4).map((k) => this.chunk(k)));
      this.named = found.flat().sort((one, other) => other.n - one.n);
      this.askedAt = Date.now();
    } catch (error) {
      if (Date.now() - this.askedAt > TRUSTED_MS) this.named = [];
    }
    if (this.shown && !this.named.some((each) => isSame(each, this.shown))) this.hide();
  }

  async chunk(k) {
    const response = await fetch(this.url.replace("{k}", k), { credentials: "omit", cache: "no-cache" });
    if (response.status === 404) return [];
    if (!response.ok) throw new Error(`Names ${response.status}`);
    return (await response.json()).butterflies;
  }

  // Whoever came since the last turn first; else the newest ones in turn.
  choose() {
    const byNumber = new Map(this.named.map((each) => [each.n, each]));
    const came = this.fresh.filter((number) => byNumber.has(number));
    if (came.length) {
      const [number] = came;
      this.fresh = this.fresh.filter((each) => each !== number);
      this.turn = 0;
      return byNumber.get(number);
    }
    const newest = this.named.slice(0, MOST);
    this.turn += 1;
    return newest.length ? newest[(this.turn - 1) % newest.length] : null;
  }

  next() {
    const named = this.choose();
    if (!named) this.hide();
    else if (!this.shown || isStill()) this.show(named);
    else if (!isSame(named, this.shown)) {
      this.hide();
      setTimeout(() => this.named.some((each) => isSame(each, named)) && this.show(named), FADE_MS);
    }
  }

  show(named) {
    this.shown = named;
    const write = (part, text) => {
      this.element.querySelector(`[data-${part}]`).textContent = text;
    };
    write("number", inWords(named.n, lang()));
    write("name", named.name);
    write("place", placeOf(named));
    this.element.classList.add("is-shown");
  }

  hide() {
    this.shown = null;
    this.element.classList.remove("is-shown");
  }
}

const isSame = (one, other) => one.n === other.n && one.name === other.name;
