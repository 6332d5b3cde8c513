// The current shift, earlier ones, and the tally that each handed over.

import { formatTime } from "../../lib/format.js";
import { getElement } from "../../parts/get-element.js";
import { lang } from "../../parts/page.js";
import { endShift, startShift } from "../shifts.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions, onEnter, setError } from "./actions.js";

/** @import { LoadedKiosk, Shift } from "../../../../types/kiosk" */

const MAX_SHOWN = 4;

export class ShiftPanel {
  /** @type {() => Promise<void>} */
  #changed;
  /** @type {boolean} */
  #isNameless;

  /**
   * Call `changed()` and wait for it when a shift starts or ends.
   *
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {() => Promise<void>} changed
   */
  constructor(kiosk, root, changed) {
    this.kiosk = kiosk;
    this.root = root;
    this.#changed = changed;
    this.#isNameless = false;
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
    /** @type {HTMLInputElement} */
    this.input = getElement(root, "#k-next-tabler");
    const start = () => this.start();
    onEnter(this.input, start);
    this.input.addEventListener("input", () => this.refuse(false));
    bindActions(root, { "shift-start": start, "shift-end": () => this.end() });
  }

  /** @param {Shift[]} shifts */
  render(shifts) {
    const open = shifts.find(({ ended_at: ended }) => !ended);
    this.find("shift").textContent = open ? describeShift(open) : message("shift_none");
    this.find("shift-new").hidden = Boolean(open);
    getElement(this.root, '[data-act="shift-end"]').hidden = !open;
    const ended = shifts.filter((shift) => shift !== open).slice(-MAX_SHOWN);
    this.find("shifts").replaceChildren(...ended.reverse().map(shiftLine));
    this.refuse(this.#isNameless);
  }

  /** @param {boolean} isNameless */
  refuse(isNameless) {
    this.#isNameless = isNameless;
    const field = /** @type {HTMLElement} */ (this.input.closest(".field"));
    setError(field, this.input, isNameless ? message("shift_nameless") : "");
  }

  async start() {
    const tabler = this.input.value.trim();
    this.refuse(!tabler);
    if (!tabler) {
      this.input.focus();
      return;
    }
    await startShift(this.kiosk.store, tabler);
    this.input.value = "";
    await this.#changed();
    this.kiosk.sync.soon(0);
  }

  async end() {
    await endShift(this.kiosk.store);
    await this.#changed();
    this.input.focus();
    this.kiosk.sync.soon(0);
  }
}

/** @param {Shift} shift */
function describeShift({ tabler, started_at: started, ended_at: ended, tally }) {
  /** @type {Record<string, string>} */
  const values = { name: tabler, time: formatTime(Date.parse(started), lang()) };
  if (ended) values.end = formatTime(Date.parse(ended), lang());
  const name = ended ? "shift_was" : "shift_open";
  return `${message(name, values)} · ${pluralMessage("shift_tally", tally)}`;
}

/** @param {Shift} shift */
function shiftLine(shift) {
  const line = document.createElement("p");
  Object.assign(line, { className: "hint", textContent: describeShift(shift) });
  return line;
}
