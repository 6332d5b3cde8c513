// The montage that invites people. One tap anywhere starts, in the language shown at that moment.

import { formatNumber, formatPercent } from "../../lib/format.js";
import { prefersReducedMotion, lang } from "../../parts/page.js";
import { readBattery } from "../battery.js";
import { localized, message, messageIn, pluralMessage } from "../messages.js";
import { Petitions } from "./petitions.js";

const ROTATE_MS = 5000;
const LOW_BATTERY = 0.2;

export class Attract {
  #timer;

  static template = "attract";
  isFree = true;

  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    this.turn = 0;
    this.find = (name) => root.querySelector(`[data-${name}]`);
    this.find("signs").append(...kiosk.languages.map((each, at) => this.createButton(each, at === 0)));
    root.firstElementChild.addEventListener("click", (event) => this.onTap(event));
    kiosk.picture.onCount = (count) => this.count(count);
    kiosk.picture.attachTo(this.find("picture"));
    this.#timer = setInterval(() => this.advance(), ROTATE_MS);
    this.updateTablerNotice();
  }

  onTap({ target }) {
    // Buttons handle their own taps. The language buttons start in their own language.
    if (target.closest("button")) return;
    const invitation = target.closest("[data-call] [lang]") || this.find("call").querySelector("[lang]");
    this.begin(invitation ? invitation.lang : lang());
  }

  advance() {
    this.rotate();
    this.updateTablerNotice();
  }

  /** Show the volunteers what waits to be sent, and a low battery. They can read this without the PIN. */
  async updateTablerNotice() {
    const [waiting, batteryState] = await Promise.all([this.kiosk.store.waiting(), readBattery()]);
    if (this.kiosk.screen !== this) return;
    const parts = waiting.count ? [pluralMessage("attract_waiting", waiting.count)] : [];
    const isLow = batteryState && batteryState.level <= LOW_BATTERY && !batteryState.isCharging;
    if (isLow) parts.push(message("battery", { percent: formatPercent(batteryState.level, lang()) }));
    this.find("for-tablers").textContent = parts.join(" · ");
    this.find("for-tablers").classList.toggle("is-low", Boolean(isLow));
  }

  createButton(language, isFirst) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", lang: language });
    button.className = isFirst ? "sign kiosk-sign" : "button kiosk-wide";
    const text = document.createElement("span");
    text.textContent = messageIn(language, "sign_here");
    button.append(text);
    button.addEventListener("click", () => this.begin(language));
    return button;
  }

  render() {
    this.find("cause").textContent = localized(this.kiosk.campaign.cause.title);
    this.renderInvitation();
    this.count(this.kiosk.picture.count);
    this.find("signs").hidden = !this.kiosk.petitions.length;
  }

  // The invitation rotates through the languages. With reduced motion, all of them are shown at
  // once.
  renderInvitation() {
    const { languages } = this.kiosk;
    const name = this.invitationName();
    const shown = prefersReducedMotion() ? languages : [languages[this.turn % languages.length]];
    const lines = shown.map((language) => {
      const invitation = document.createElement("span");
      Object.assign(invitation, { lang: language, textContent: messageIn(language, name) });
      return invitation;
    });
    this.find("call").replaceChildren(...lines);
    this.find("call").classList.toggle("is-still", prefersReducedMotion() || name !== "touch");
  }

  // Do not invite people to touch a screen where nothing can be signed.
  invitationName() {
    if (this.kiosk.petitions.length) return "touch";
    return this.kiosk.stopped ? "stopped" : "nothing_open";
  }

  rotate() {
    if (prefersReducedMotion() || document.hidden) return;
    this.turn += 1;
    this.render();
  }

  count(count) {
    if (!this.root.querySelector("[data-count]")) return;
    this.find("count").textContent = formatNumber(count, lang());
    this.find("people").textContent = pluralMessage("so_far", count);
  }

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
