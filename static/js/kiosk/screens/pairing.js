// Pairs the tablet: eight characters, typed or scanned.

import { codeIn, isWhole, tidied } from "../code-words.js";
import { pairBy } from "../pair-by.js";
import { isTabOfSafari } from "../readiness.js";
import { canScan, Scanner } from "../scan.js";
import { word, words } from "../words.js";
import { onActs, onEnter, setFault } from "./acts.js";
import { Ready } from "./ready.js";

export class Pairing {
  static template = "pairing";
  static isCrews = true;

  constructor(kiosk, place, code = "") {
    Object.assign(this, { kiosk, place, fault: "", isBusy: false });
    this.line = place.querySelector("#k-code");
    this.line.value = tidied(code);
    this.line.addEventListener("input", () => this.tidy());
    onEnter(this.line, () => this.pair());
    onActs(place, { pair: () => this.pair(), scan: () => this.scan() });
    place.querySelector('[data-act="scan"]').hidden = !canScan();
    place.querySelector("[data-home]").hidden = !isTabOfSafari();
    this.scanner = new Scanner(place.querySelector("video"));
    this.onState = () => this.showFormer();
    kiosk.sync.addEventListener("state", this.onState);
    // Retry records that were refused before: the former table no longer has a panel to report
    // them.
    kiosk.sync.sendAll().catch(() => {});
    if (isWhole(this.line.value)) this.pair();
  }

  // An app update must not discard a code being typed, scanned or sent. A code works only once.
  get isFree() {
    return !this.isBusy && !this.line.value && !this.scanner.stream;
  }

  say() {
    this.setFault(this.fault);
    this.showFormer();
  }

  // Records of a former table continue to be sent from this screen.
  async showFormer() {
    const { count } = await this.kiosk.store.waiting();
    if (this.kiosk.screen !== this) return;
    this.place.querySelector("[data-former]").hidden = !count;
    const text = words("pair_former", count);
    this.place.querySelector("[data-former-words]").textContent = text;
  }

  tidy() {
    const { value, selectionStart } = this.line;
    // Reformat only at the end of the field, so that nothing moves while someone edits the middle.
    if (selectionStart === value.length) this.line.value = tidied(value);
    this.setFault("");
  }

  setFault(name) {
    this.fault = name;
    setFault(this.line.closest(".field"), this.line, name && word(`pair_${name}`));
  }

  async pair() {
    const code = tidied(this.line.value);
    if (this.isBusy) return;
    if (!isWhole(code)) {
      this.refuse("short");
      return;
    }
    this.isBusy = true;
    const fault = await pairBy(this.kiosk.store, code);
    if (fault) {
      this.isBusy = false;
      this.refuse(fault);
      return;
    }
    await this.kiosk.open(Ready);
    this.kiosk.sync.soon(0);
  }

  refuse(name) {
    if (!this.line.isConnected) return;
    this.setFault(name);
    this.line.focus();
  }

  async scan() {
    this.scanner.video.hidden = false;
    try {
      await this.scanner.start((text) => {
        const code = codeIn(text);
        if (!code) return;
        this.scanner.stop();
        this.scanner.video.hidden = true;
        this.line.value = code;
        this.pair();
      });
    } catch (error) {
      this.scanner.video.hidden = true;
      this.refuse("no_camera");
    }
  }

  leave() {
    this.scanner.stop();
    this.kiosk.sync.removeEventListener("state", this.onState);
  }
}
