// "Are you still there?": a bar that runs out, and announcements for screen reader users.

import { word, words } from "./words.js";

const ALL = 15;
const ALOUD = [15, 10, 5];

export class StillThere {
  constructor(guard) {
    this.guard = guard;
    this.dialog = document.getElementById("still");
    this.alarm = document.getElementById("alarm");
    this.before = null;
    this.said = null;
    // Touching anything counts as an answer, and so does the key that closes a dialog.
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  /** Warn that the screen is cleared in `seconds`. `hint` names the text that says why. */
  warn(seconds, hint = "still_hint") {
    if (!this.dialog.open) {
      this.dialog.querySelector("#still-text").textContent = word(hint);
      this.before = document.activeElement;
      if (this.dialog.showModal) this.dialog.showModal();
      else this.dialog.setAttribute("open", "");
    }
    const left = words("still_left", seconds);
    this.dialog.querySelector("[data-left]").textContent = left;
    this.dialog.querySelector("[data-way]").style.inlineSize = `${(100 * seconds) / ALL}%`;
    if (ALOUD.includes(seconds) && this.said !== seconds) {
      this.alarm.textContent = `${word("still")} ${left}`;
      this.said = seconds;
    }
  }

  close() {
    if (this.dialog.open) this.guard.start();
    if (this.dialog.close) this.dialog.close();
    else this.dialog.removeAttribute("open");
    this.alarm.textContent = "";
    this.said = null;
    if (this.before && this.before.isConnected) this.before.focus({ preventScroll: true });
    this.before = null;
  }
}
