// The montage that invites people. One tap anywhere starts, in the language shown at that moment.

import { formatNumber, formatPercent } from "../../lib/format.js";
import { getElement } from "../../parts/get-element.js";
import { prefersReducedMotion, lang } from "../../parts/page.js";
import { isBatteryLow, readBattery } from "../battery.js";
import { localizedIn, message, messageIn, pluralMessage, pluralMessageIn } from "../messages.js";
import { Petitions } from "./petitions.js";

/** @import { Battery, LoadedKiosk } from "../../../../types/kiosk" */

const ROTATE_MS = 5000;

export class Attract {
  /** @type {number} */
  #timer;
  /** @type {{ waiting: number, battery: Battery | null }} */
  #notice = { waiting: 0, battery: null };

  static template = "attract";
  isFree = true;

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   */
  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
    this.find("sign-buttons").append(...kiosk.languages.map((each) => this.createButton(each)));
    this.frame = /** @type {HTMLElement} */ (root.firstElementChild);
    this.frame.addEventListener("click", (event) => this.onTap(event));
    kiosk.picture.onCount = (count) => this.count(count);
    kiosk.picture.attachTo(this.find("picture"));
    this.#timer = setInterval(() => this.advance(), ROTATE_MS);
    this.updateTablerNotice();
  }

  /** @param {MouseEvent} event */
  onTap(event) {
    const target = /** @type {Element} */ (event.target);
    // Buttons handle their own taps. The language buttons start in their own language.
    if (target.closest("button")) return;
    const text = target.closest("[data-texts] [lang]");
    this.begin(text ? text.lang : lang());
  }

  advance() {
    this.rotate();
    this.updateTablerNotice();
  }

  /** Show the volunteers what waits to be sent, and a low battery. They can read this without the PIN. */
  async updateTablerNotice() {
    const [waiting, battery] = await Promise.all([this.kiosk.store.waiting(), readBattery()]);
    if (this.kiosk.screen !== this) return;
    this.#notice = { waiting: waiting.count, battery };
    this.renderTablerNotice();
  }

  renderTablerNotice() {
    const { waiting, battery } = this.#notice;
    const isLow = isBatteryLow(battery);
    const parts = waiting ? [pluralMessage("attract_waiting", waiting)] : [];
    if (battery && isLow) parts.push(message("battery", { percent: formatPercent(battery.level, lang()) }));
    this.find("for-tablers").textContent = parts.join(" · ");
    this.find("for-tablers").classList.toggle("is-low", isLow);
  }

  /** @param {string} language */
  createButton(language) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", lang: language });
    const text = document.createElement("span");
    text.textContent = messageIn(language, "sign_here");
    button.append(text);
    button.addEventListener("click", () => this.begin(language));
    return button;
  }

  render() {
    const { cause } = this.kiosk.campaign;
    const name = this.invitationName();
    this.renderTexts("call", (language) => messageIn(language, name));
    this.find("call").classList.toggle("is-long", name !== "touch");
    this.renderTexts("cause", (language) => localizedIn(language, cause.title));
    this.frame.classList.toggle("is-still", prefersReducedMotion());
    this.find("sign-buttons").hidden = !this.kiosk.petitions.length;
    for (const button of /** @type {Iterable<HTMLElement>} */ (this.find("sign-buttons").children)) {
      button.className = button.lang === lang() ? "sign" : "button";
    }
    this.renderTablerNotice();
    // This also shows the count.
    this.kiosk.picture.updateLabel();
  }

  // Each text is there in all languages, so that it is as tall in each of them and the buttons stay
  // where they are. It is shown in the page's language, which rotates, or with reduced motion in all.
  /**
   * @param {string} name
   * @param {(language: string) => string} textIn
   */
  renderTexts(name, textIn) {
    const texts = new Map();
    for (const language of this.kiosk.languages) {
      const text = textIn(language);
      if (!texts.has(text) || language === lang()) texts.set(text, language);
    }
    const spans = [...texts].map(([text, language]) => {
      const span = document.createElement("span");
      Object.assign(span, { lang: language, textContent: text });
      span.toggleAttribute("data-shown", prefersReducedMotion() || language === lang());
      return span;
    });
    this.find(name).replaceChildren(...spans);
  }

  // Do not invite people to touch a screen where nothing can be signed.
  invitationName() {
    if (this.kiosk.petitions.length) return "touch";
    return this.kiosk.stopped ? "stopped" : "nothing_open";
  }

  rotate() {
    if (prefersReducedMotion() || document.hidden) return;
    const { languages } = this.kiosk;
    this.kiosk.setLanguage(languages[(languages.indexOf(lang()) + 1) % languages.length]);
  }

  /** @param {number} count */
  count(count) {
    if (!this.root.querySelector("[data-count]")) return;
    this.find("count").textContent = formatNumber(count, lang());
    this.renderTexts("people", (language) => pluralMessageIn(language, "so_far", count));
  }

  /** @param {string} language */
  begin(language) {
    // The last petition may have closed while nobody touched the screen.
    if (!this.kiosk.petitions.length) {
      this.render();
      return;
    }
    this.kiosk.setLanguage(language);
    this.kiosk.show(Petitions);
  }

  leave() {
    clearInterval(this.#timer);
    this.kiosk.picture.onCount = () => {};
  }
}
