// "Are you still there?": a bar that runs out, and announcements for screen reader users.

import { getElement } from "../parts/get-element.js";
import { message, pluralMessage } from "./messages.js";

/** @import { TapGuard } from "./tap-guard.js" */

const COUNTDOWN_SECONDS = 15;
const ANNOUNCED = [15, 10, 5];

export class IdleWarning {
  /** @type {TapGuard} */
  #guard;
  /** @type {HTMLDialogElement} */
  #dialog;
  /** @type {HTMLElement} */
  #alarm;
  /** @type {number | null} */
  #said;

  /** @param {TapGuard} guard */
  constructor(guard) {
    this.#guard = guard;
    this.#dialog = getElement(document, "#still");
    this.#alarm = getElement(document, "#alarm");
    /** @type {HTMLElement | null} */
    this.before = null;
    this.#said = null;
    // Touching anything counts as an answer, and so does the key that closes a dialog.
    this.#dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  /**
   * Warn that the screen is cleared in `seconds`. `hint` names the text that says why.
   *
   * @param {number} seconds
   * @param {string} [hint]
   */
  warn(seconds, hint = "still_hint") {
    if (!this.#dialog.open) {
      getElement(this.#dialog, "#still-text").textContent = message(hint);
      this.before = /** @type {HTMLElement | null} */ (document.activeElement);
      if (this.#dialog.showModal) this.#dialog.showModal();
      else this.#dialog.setAttribute("open", "");
    }
    const remaining = pluralMessage("still_left", seconds);
    getElement(this.#dialog, "[data-left]").textContent = remaining;
    getElement(this.#dialog, "[data-progress]").style.inlineSize = `${(100 * seconds) / COUNTDOWN_SECONDS}%`;
    if (ANNOUNCED.includes(seconds) && this.#said !== seconds) {
      this.#alarm.textContent = `${message("still")} ${remaining}`;
      this.#said = seconds;
    }
  }

  close() {
    if (this.#dialog.open) this.#guard.start();
    if (this.#dialog.close) this.#dialog.close();
    else this.#dialog.removeAttribute("open");
    this.#alarm.textContent = "";
    this.#said = null;
    if (this.before && this.before.isConnected) this.before.focus({ preventScroll: true });
    this.before = null;
  }
}
