// Pairs the tablet: eight characters, typed or scanned.

import { getElement } from "../../parts/get-element.js";
import { findCode, isComplete, formatCode } from "../pairing-code.js";
import { hasCamera, QrScanner } from "../../parts/qr-scanner.js";
import { pairWithCode } from "../pair.js";
import { isSafariTab } from "../readiness.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions, onEnter, setError } from "./actions.js";
import { Ready } from "./ready.js";

/** @import { Kiosk } from "../kiosk.js" */

export class Pairing {
  /** @type {QrScanner} */
  #scanner;
  /** @type {() => void} */
  #onState;

  static template = "pairing";
  static isForTablers = true;

  /**
   * @param {Kiosk} kiosk
   * @param {HTMLElement} root
   * @param {string} [code]
   */
  constructor(kiosk, root, code = "") {
    this.kiosk = kiosk;
    this.root = root;
    this.error = "";
    this.isBusy = false;
    /** @type {HTMLInputElement} */
    this.input = getElement(root, "#k-code");
    this.input.value = formatCode(code);
    this.input.addEventListener("input", () => this.tidy());
    onEnter(this.input, () => this.pair());
    bindActions(root, { pair: () => this.pair(), scan: () => this.scan() });
    getElement(root, '[data-act="scan"]').hidden = !hasCamera();
    getElement(root, "[data-home]").hidden = !isSafariTab();
    this.#scanner = new QrScanner(getElement(root, "video"));
    this.#onState = () => this.showFormer();
    kiosk.sync.addEventListener("state", this.#onState);
    // Retry records that were refused before: the former table no longer has a panel to report
    // them.
    kiosk.sync.sendAll().catch(() => {});
    if (isComplete(this.input.value)) this.pair();
  }

  // An app update must not discard a code being typed, scanned or sent. A code works only once.
  get isFree() {
    return !this.isBusy && !this.input.value && !this.#scanner.isOn;
  }

  render() {
    this.setError(this.error);
    this.showFormer();
  }

  // Records of a former table continue to be sent from this screen.
  async showFormer() {
    const { count } = await this.kiosk.store.waiting();
    if (this.kiosk.screen !== this) return;
    getElement(this.root, "[data-former]").hidden = !count;
    const text = pluralMessage("pair_former", count);
    getElement(this.root, "[data-former-text]").textContent = text;
  }

  tidy() {
    const { value, selectionStart } = this.input;
    // Reformat only at the end of the field, so that nothing moves while someone edits the middle.
    if (selectionStart === value.length) this.input.value = formatCode(value);
    this.setError("");
  }

  /** @param {string} name */
  setError(name) {
    this.error = name;
    const field = /** @type {HTMLElement} */ (this.input.closest(".field"));
    setError(field, this.input, name && message(`pair_${name}`));
  }

  async pair() {
    const code = formatCode(this.input.value);
    if (this.isBusy) return;
    if (!isComplete(code)) {
      this.refuse("short");
      return;
    }
    this.isBusy = true;
    const error = await pairWithCode(this.kiosk.store, code);
    if (error) {
      this.isBusy = false;
      this.refuse(error);
      return;
    }
    await this.kiosk.open(Ready);
    this.kiosk.sync.soon(0);
  }

  /** @param {string} name */
  refuse(name) {
    if (!this.input.isConnected) return;
    this.setError(name);
    this.input.focus();
  }

  async scan() {
    try {
      await this.#scanner.start((text) => {
        const code = findCode(text);
        if (!code) return;
        this.#scanner.stop();
        this.input.value = code;
        this.pair();
      });
    } catch (error) {
      this.refuse("no_camera");
    }
  }

  leave() {
    this.#scanner.stop();
    this.kiosk.sync.removeEventListener("state", this.#onState);
  }
}
