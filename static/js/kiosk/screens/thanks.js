// Shown once the signature is stored. The butterfly joins the montage, and a QR code lets people
// carry on at home. After twenty seconds the next person can start, or earlier with the button.

import { getElement } from "../../parts/get-element.js";
import { qrCode } from "../qr-code.js";
import { maskEmail } from "../validate.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions } from "./actions.js";

/** @import { LoadedKiosk, SignedRecords } from "../../../../types/kiosk" */

const SHOWN_MS = 20000;
const TICK_MS = 200;
const JOIN_MS = 500;
const LAND_MS = 1500;
/** @type {SignedRecords} */
const NOTHING = { ids: [], flying: 0, name: "", email: "", isLetter: false };

/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
const pause = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export class Thanks {
  /** @type {boolean} */
  #isOver;
  /** @type {() => void} */
  #onActivity;
  /** @type {number} */
  #timer;
  /** @type {number} */
  #until = 0;

  static template = "thanks";

  /**
   * `signed` has the records' `ids`, how many are `flying`, the given `name`, `email` or "", and `isLetter`.
   *
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {SignedRecords} signed
   */
  constructor(kiosk, root, signed) {
    this.kiosk = kiosk;
    this.root = root;
    this.signed = signed;
    this.#isOver = false;
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
    bindActions(root, { next: () => kiosk.restart() });
    this.begin();
    this.#onActivity = () => this.begin();
    root.addEventListener("pointerdown", this.#onActivity);
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.find("chrysalis").hidden = Boolean(signed.flying);
    this.find("picture").hidden = !signed.flying;
    if (signed.flying) this.showButterfly();
  }

  begin() {
    this.#until = Date.now() + SHOWN_MS;
  }

  tick() {
    const left = Math.max(0, this.#until - Date.now());
    this.find("progress").style.inlineSize = `${(100 * left) / SHOWN_MS}%`;
    const text = pluralMessage("thanks_left", Math.ceil(left / 1000));
    if (this.find("left").textContent !== text) this.find("left").textContent = text;
    // Restart also if the clock was set back during the wait.
    if (!left || left > SHOWN_MS) this.kiosk.restart();
  }

  async showButterfly() {
    const { picture } = this.kiosk;
    const { flying } = this.signed;
    await picture.attachTo(this.find("picture"));
    await pause(JOIN_MS);
    // If the person left early, their butterfly joins the montage anyway, unseen.
    const [first] = await picture.addSigned(flying);
    await pause(LAND_MS);
    if (!this.#isOver) picture.choose(first);
  }

  render() {
    const { name } = this.signed;
    // Isolate the name, so that one written right to left does not reorder the text around it.
    const isolatedName = document.createElement("bdi");
    isolatedName.textContent = name;
    const [before, after] = message("thanks").split("{name}");
    this.find("thanks").replaceChildren(before, isolatedName, after);
    this.find("what").textContent = this.outcomeText();
    const { url, short } = this.kiosk.campaign.table;
    const hint = document.createElement("p");
    hint.textContent = message("thanks_carry");
    const code = qrCode(url, message("code_name", { address: short }));
    this.find("carry").replaceChildren(code, hint);
  }

  // With several petitions, the volunteers' witness may confirm some, and only an email the others.
  outcomeText() {
    const { ids, email, flying, isLetter } = this.signed;
    const masked = { email: maskEmail(email) };
    if (!flying) return message(isLetter ? "thanks_letter" : "thanks_wait", masked);
    const joined = message(flying > 1 ? "thanks_joined_many" : "thanks_joined");
    return flying < ids.length ? `${joined} ${message("thanks_also", masked)}` : joined;
  }

  leave() {
    clearInterval(this.#timer);
    this.#isOver = true;
    this.root.removeEventListener("pointerdown", this.#onActivity);
    this.signed = NOTHING;
  }
}
