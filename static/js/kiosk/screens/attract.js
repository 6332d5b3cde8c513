// The picture that asks. One tap anywhere begins, in the language that is shown at that moment.

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
    // Buttons say themselves what they do; those of the languages begin in their own.
    if (target.closest("button")) return;
    const line = target.closest("[data-call] [lang]") || this.find("call").querySelector("[lang]");
    this.begin(line ? line.lang : lang());
  }

  turnOver() {
    this.rotate();
    this.tellCrew();
  }

  /** A word to the people of the table, which they can read without the PIN: what waits, and a battery that is low. */
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

  // The call goes round the languages; where nothing may move, all of them stand there.
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

  // Nobody is asked to touch what takes nothing.
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
    // The hour of the last one's close may have passed while nobody touched the screen.
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
