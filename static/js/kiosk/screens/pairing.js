// Pairs the tablet: eight characters, typed or scanned.

import { findCode, isComplete, formatCode } from "../pairing-code.js";
import { pairWithCode } from "../pair.js";
import { isSafariTab } from "../readiness.js";
import { hasCamera, QrScanner } from "../qr-scanner.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions, onEnter, setError } from "./actions.js";
import { Ready } from "./ready.js";

export class Pairing {
  #scanner;
  #onState;

  static template = "pairing";
  static isForCrew = true;

  constructor(kiosk, place, code = "") {
    this.kiosk = kiosk;
    this.place = place;
    this.error = "";
    this.isBusy = false;
    this.line = place.querySelector("#k-code");
    this.line.value = formatCode(code);
    this.line.addEventListener("input", () => this.tidy());
    onEnter(this.line, () => this.pair());
    bindActions(place, { pair: () => this.pair(), scan: () => this.scan() });
    place.querySelector('[data-act="scan"]').hidden = !hasCamera();
    place.querySelector("[data-home]").hidden = !isSafariTab();
    this.#scanner = new QrScanner(place.querySelector("video"));
    this.#onState = () => this.showFormer();
    kiosk.sync.addEventListener("state", this.#onState);
    // Retry records that were refused before: the former table no longer has a panel to report
    // them.
    kiosk.sync.sendAll().catch(() => {});
    if (isComplete(this.line.value)) this.pair();
  }

  // An app update must not discard a code being typed, scanned or sent. A code works only once.
  get isFree() {
    return !this.isBusy && !this.line.value && !this.#scanner.stream;
  }

  say() {
    this.setError(this.error);
    this.showFormer();
  }

  // Records of a former table continue to be sent from this screen.
  async showFormer() {
    const { count } = await this.kiosk.store.waiting();
    if (this.kiosk.screen !== this) return;
    this.place.querySelector("[data-former]").hidden = !count;
    const text = pluralMessage("pair_former", count);
    this.place.querySelector("[data-former-words]").textContent = text;
  }

  tidy() {
    const { value, selectionStart } = this.line;
    // Reformat only at the end of the field, so that nothing moves while someone edits the middle.
    if (selectionStart === value.length) this.line.value = formatCode(value);
    this.setError("");
  }

  setError(name) {
    this.error = name;
    setError(this.line.closest(".field"), this.line, name && message(`pair_${name}`));
  }

  async pair() {
    const code = formatCode(this.line.value);
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

  refuse(name) {
    if (!this.line.isConnected) return;
    this.setError(name);
    this.line.focus();
  }

  async scan() {
    this.#scanner.video.hidden = false;
    try {
      await this.#scanner.start((text) => {
        const code = findCode(text);
        if (!code) return;
        this.#scanner.stop();
        this.#scanner.video.hidden = true;
        this.line.value = code;
        this.pair();
      });
    } catch (error) {
      this.#scanner.video.hidden = true;
      this.refuse("no_camera");
    }
  }

  leave() {
    this.#scanner.stop();
    this.kiosk.sync.removeEventListener("state", this.#onState);
  }
}
