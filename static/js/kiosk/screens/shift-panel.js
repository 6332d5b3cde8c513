// The current shift, earlier ones, and the tally that each handed over.

import { formatTime } from "../../lib/format.js";
import { lang } from "../../parts/page.js";
import { endShift, startShift } from "../shifts.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions, onEnter, setError } from "./actions.js";

const MAX_SHOWN = 4;

export class ShiftPanel {
  #changed;
  #isNameless;

  /** Call `changed()` and wait for it when a shift starts or ends. */
  constructor(kiosk, root, changed) {
    this.kiosk = kiosk;
    this.root = root;
    this.#changed = changed;
    this.#isNameless = false;
    this.find = (name) => root.querySelector(`[data-${name}]`);
    this.input = root.querySelector("#k-next-tabler");
    const start = () => this.start();
    onEnter(this.input, start);
    this.input.addEventListener("input", () => this.refuse(false));
    bindActions(root, { "shift-start": start, "shift-end": () => this.end() });
  }

  render(shifts) {
    const open = shifts.find(({ ended_at: ended }) => !ended);
    this.find("shift").textContent = open ? describeShift(open) : message("shift_none");
    this.find("shift-new").hidden = Boolean(open);
    this.root.querySelector('[data-act="shift-end"]').hidden = !open;
    const ended = shifts.filter((shift) => shift !== open).slice(-MAX_SHOWN);
    this.find("shifts").replaceChildren(...ended.reverse().map(shiftLine));
    this.refuse(this.#isNameless);
  }

  refuse(isNameless) {
    this.#isNameless = isNameless;
    setError(this.input.closest(".field"), this.input, isNameless ? message("shift_nameless") : "");
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

function describeShift({ tabler, started_at: started, ended_at: ended, tally }) {
  const values = { name: tabler, time: formatTime(Date.parse(started), lang()) };
  if (ended) values.end = formatTime(Date.parse(ended), lang());
  const name = ended ? "shift_was" : "shift_open";
  return `${message(name, values)} · ${pluralMessage("shift_tally", tally)}`;
}

function shiftLine(shift) {
  const line = document.createElement("p");
  Object.assign(line, { className: "hint", textContent: describeShift(shift) });
  return line;
}
