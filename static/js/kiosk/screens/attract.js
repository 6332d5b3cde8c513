// The montage that invites people. One tap anywhere starts, in the language shown at that moment.

import { number } from "../../lib/sentences.js";
import { isStill, lang } from "../../parts/page.js";
import { battery } from "../battery.js";
import { local, word, wordIn, words } from "../words.js";
import { Letters } from "./letters.js";

const TURN_MS = 5000;
const LOW_BATTERY = 0.2;

export class Attract {
  static template = "attract";
  isFree = true;

  constructor(kiosk, place) {
    Object.assign(this, { kiosk, place, turn: 0 });
    this.find = (name) => place.querySelector(`[data-${name}]`);
    this.find("signs").append(...kiosk.languages.map((each, at) => this.sign(each, at === 0)));
    place.firstElementChild.addEventListener("click", (event) => this.onTap(event));
    kiosk.picture.onCount = (count) => this.count(count);
    kiosk.picture.putIn(this.find("picture"));
    this.timer = setInterval(() => this.turnOver(), TURN_MS);
    this.tellCrew();
  }

  onTap({ target }) {
    // Buttons handle their own taps. The language buttons start in their own language.
    if (target.closest("button")) return;
    const line = target.closest("[data-call] [lang]") || this.find("call").querySelector("[lang]");
    this.begin(line ? line.lang : lang());
  }

  turnOver() {
    this.rotate();
    this.tellCrew();
  }

  /** Show the crew what waits to be sent, and a low battery. They can read this without the PIN. */
  async tellCrew() {
    const [waiting, charge] = await Promise.all([this.kiosk.store.waiting(), battery()]);
    if (this.kiosk.screen !== this) return;
    const parts = waiting.count ? [words("attract_waiting", waiting.count)] : [];
    const isLow = charge && charge.level <= LOW_BATTERY && !charge.isCharging;
    if (isLow) parts.push(word("battery", { percent: percent(charge.level) }));
    this.find("for-crew").textContent = parts.join(" · ");
    this.find("for-crew").classList.toggle("is-low", Boolean(isLow));
  }

  sign(language, isFirst) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", lang: language });
    button.className = isFirst ? "sign kiosk-sign" : "button kiosk-wide";
    const text = document.createElement("span");
    text.textContent = wordIn(language, "sign_here");
    button.append(text);
    button.addEventListener("click", () => this.begin(language));
    return button;
  }

  say() {
    this.find("cause").textContent = local(this.kiosk.campaign.cause.title);
    this.call();
    this.count(this.kiosk.picture.count);
    this.find("signs").hidden = !this.kiosk.petitions.length;
  }

  // The invitation rotates through the languages. With reduced motion, all of them are shown at
  // once.
  call() {
    const { languages } = this.kiosk;
    const name = this.calls();
    const shown = isStill() ? languages : [languages[this.turn % languages.length]];
    const lines = shown.map((language) => {
      const line = document.createElement("span");
      Object.assign(line, { lang: language, textContent: wordIn(language, name) });
      return line;
    });
    this.find("call").replaceChildren(...lines);
    this.find("call").classList.toggle("is-still", isStill() || name !== "touch");
  }

  // Do not invite people to touch a screen where nothing can be signed.
  calls() {
    if (this.kiosk.petitions.length) return "touch";
    return this.kiosk.stopped ? "stopped" : "nothing_open";
  }

  rotate() {
    if (isStill() || document.hidden) return;
    this.turn += 1;
    this.say();
  }

  count(count) {
    if (!this.place.querySelector("[data-count]")) return;
    this.find("count").textContent = number(count, lang());
    this.find("people").textContent = words("so_far", count);
  }

  begin(language) {
    // The last petition may have closed while nobody touched the screen.
    if (!this.kiosk.petitions.length) {
      this.say();
      return;
    }
    this.kiosk.speak(language);
    this.kiosk.show(Letters);
  }

  leave() {
    clearInterval(this.timer);
    this.kiosk.picture.onCount = () => {};
  }
}

const percent = (level) => new Intl.NumberFormat(lang(), { style: "percent" }).format(level);
