// Entering the PIN: six digits, on keys that do not light up when touched.

import { getElement } from "../../parts/get-element.js";
import { DIGITS, isPin, attemptsLeft } from "../pin.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions } from "./actions.js";
import { Panel } from "./panel.js";

/** @import { LoadedKiosk, ScreenClass } from "../../../../types/kiosk" */

const MINUTE_MS = 60000;
const SECOND_MS = 1000;
const REFRESH_MS = 1000;

export class Pin {
  /** @type {boolean} */
  #isWrong;
  /** @type {(event: KeyboardEvent) => void} */
  #onKey;
  /** @type {number} */
  #timer;

  static template = "pin";
  static isForTablers = true;
  static isPersonal = true;

  /**
   * Show `Next`, with `details` as its arguments, once the PIN is right.
   *
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {ScreenClass} [Next]
   * @param {...unknown} details
   */
  constructor(kiosk, root, Next = Panel, ...details) {
    this.kiosk = kiosk;
    this.root = root;
    /** @type {[Screen: ScreenClass, ...details: unknown[]]} */
    this.next = [Next, ...details];
    this.digits = "";
    this.isBusy = false;
    this.#isWrong = false;
    this.state = { left: 1, rest: 0 };
    this.keys = getElement(root, ".kiosk-keys");
    this.keys.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("[data-key]");
      if (button?.dataset.key) this.press(button.dataset.key);
    });
    this.#onKey = ({ key }) => {
      if (/^\d$/.test(key)) this.press(key);
      else if (key === "Backspace") this.press("back");
    };
    document.addEventListener("keydown", this.#onKey);
    bindActions(root, { back: () => kiosk.restart() });
    this.#timer = setInterval(() => this.state.rest && this.look(), REFRESH_MS);
    this.look();
  }

  async look() {
    this.state = await attemptsLeft(this.kiosk.store);
    if (this.kiosk.screen === this) this.render();
  }

  render() {
    const { pin } = this.kiosk.campaign;
    const { left, rest } = this.state;
    const n = this.digits.length;
    getElement(this.root, "[data-hint]").textContent = message(pin ? "pin_hint" : "pin_none");
    const dots = getElement(this.root, "[data-dots]");
    [...dots.children].forEach((dot, at) => dot.classList.toggle("is-full", at < n));
    dots.setAttribute("aria-label", pluralMessage("pin_typed", n));
    const tries = rest ? waitMessage(rest) : pluralMessage("pin_left", left);
    const text = this.#isWrong && !rest ? `${message("pin_wrong")} ${tries}` : tries;
    const line = getElement(this.root, "[data-tries]");
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("error", this.#isWrong || Boolean(rest));
    const keys = /** @type {Iterable<HTMLButtonElement>} */ (this.keys.children);
    for (const key of keys) key.disabled = Boolean(rest) || !pin;
  }

  /** @param {string} key */
  async press(key) {
    if (this.isBusy || this.state.rest || !this.kiosk.campaign.pin) return;
    if (key === "clear") this.digits = "";
    else if (key === "back") this.digits = this.digits.slice(0, -1);
    else this.digits += key;
    this.render();
    if (this.digits.length < DIGITS) return;
    this.isBusy = true;
    const isRight = await isPin(this.kiosk.store, this.kiosk.campaign.pin, this.digits);
    this.isBusy = false;
    this.digits = "";
    if (this.kiosk.screen !== this) return;
    if (isRight) this.kiosk.show(...this.next);
    else {
      this.#isWrong = true;
      await this.look();
    }
  }

  leave() {
    clearInterval(this.#timer);
    document.removeEventListener("keydown", this.#onKey);
    this.digits = "";
  }
}

/** @param {number} ms */
function waitMessage(ms) {
  if (ms < MINUTE_MS) return pluralMessage("pin_wait_seconds", Math.ceil(ms / SECOND_MS));
  return pluralMessage("pin_wait", Math.ceil(ms / MINUTE_MS));
}
