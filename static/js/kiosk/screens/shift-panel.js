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
  constructor(kiosk, place, changed) {
    this.kiosk = kiosk;
    this.place = place;
    this.#changed = changed;
    this.#isNameless = false;
    this.find = (name) => place.querySelector(`[data-${name}]`);
    this.line = place.querySelector("#k-next-tabler");
    const start = () => this.start();
    onEnter(this.line, start);
    this.line.addEventListener("input", () => this.refuse(false));
    bindActions(place, { "shift-start": start, "shift-end": () => this.end() });
  }

  say(shifts) {
    const open = shifts.find(({ ended_at: ended }) => !ended);
    this.find("shift").textContent = open ? describeShift(open) : message("shift_none");
    this.find("shift-new").hidden = Boolean(open);
    this.place.querySelector('[data-act="shift-end"]').hidden = !open;
    const ended = shifts.filter((shift) => shift !== open).slice(-MAX_SHOWN);
    this.find("shifts").replaceChildren(...ended.reverse().map(shiftLine));
    this.refuse(this.#isNameless);
  }

  refuse(isNameless) {
    this.#isNameless = isNameless;
    setError(this.line.closest(".field"), this.line, isNameless ? message("shift_nameless") : "");
  }

  async start() {
    const tabler = this.line.value.trim();
    this.refuse(!tabler);
    if (!tabler) {
      this.line.focus();
      return;
    }
    await startShift(this.kiosk.store, tabler);
    this.line.value = "";
    await this.#changed();
    this.kiosk.sync.soon(0);
  }

  async end() {
    await endShift(this.kiosk.store);
    await this.#changed();
    this.line.focus();
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
