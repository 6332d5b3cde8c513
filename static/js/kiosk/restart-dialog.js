// "Start again?": asked before clearing what someone typed.

import { getElement } from "../parts/get-element.js";

/** @import { TapGuard } from "./tap-guard.js" */

export class RestartDialog {
  /** @type {TapGuard} */
  #guard;
  /** @type {HTMLDialogElement} */
  #dialog;

  /**
   * @param {TapGuard} guard
   * @param {() => void} restart
   */
  constructor(guard, restart) {
    this.#guard = guard;
    this.#dialog = getElement(document, "#restart");
    getElement(this.#dialog, '[data-act="keep"]').addEventListener("click", () => this.close());
    getElement(this.#dialog, '[data-act="clear"]').addEventListener("click", () => {
      this.close();
      restart();
    });
    this.#dialog.addEventListener("close", () => this.#guard.start());
  }

  open() {
    if (this.#dialog.showModal) this.#dialog.showModal();
    else this.#dialog.setAttribute("open", "");
  }

  close() {
    if (!this.#dialog.open) return;
    if (this.#dialog.close) this.#dialog.close();
    else this.#dialog.removeAttribute("open");
  }
}
