// The current shift, earlier ones, and the tally that each handed over.

import { moment } from "../../lib/sentences.js";
import { lang } from "../../parts/page.js";
import { endShift, startShift } from "../shifts.js";
import { word, words } from "../words.js";
import { onActs, onEnter, setFault } from "./acts.js";

const SHOWN = 4;

export class ShiftDesk {
  /** Call `changed()` and wait for it when a shift starts or ends. */
  constructor(kiosk, place, changed) {
    Object.assign(this, { kiosk, place, changed, isNameless: false });
    this.find = (name) => place.querySelector(`[data-${name}]`);
    this.line = place.querySelector("#k-next-tabler");
    const start = () => this.start();
    onEnter(this.line, start);
    this.line.addEventListener("input", () => this.refuse(false));
    onActs(place, { "shift-start": start, "shift-end": () => this.end() });
  }

  say(shifts) {
    const open = shifts.find(({ ended_at: ended }) => !ended);
    this.find("shift").textContent = open ? wordsOf(open) : word("shift_none");
    this.find("shift-new").hidden = Boolean(open);
    this.place.querySelector('[data-act="shift-end"]').hidden = !open;
    const ended = shifts.filter((shift) => shift !== open).slice(-SHOWN);
    this.find("shifts").replaceChildren(...ended.reverse().map(lineOf));
    this.refuse(this.isNameless);
  }

  refuse(isNameless) {
    this.isNameless = isNameless;
    setFault(this.line.closest(".field"), this.line, isNameless ? word("shift_nameless") : "");
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
    await this.changed();
    this.kiosk.sync.soon(0);
  }

  async end() {
    await endShift(this.kiosk.store);
    await this.changed();
    this.line.focus();
    this.kiosk.sync.soon(0);
  }
}

function wordsOf({ tabler, started_at: started, ended_at: ended, tally }) {
  const hours = { name: tabler, time: moment(Date.parse(started), lang()) };
  if (ended) hours.end = moment(Date.parse(ended), lang());
  const name = ended ? "shift_was" : "shift_open";
  return `${word(name, hours)} · ${words("shift_tally", tally)}`;
}

function lineOf(shift) {
  const line = document.createElement("p");
  Object.assign(line, { className: "hint", textContent: wordsOf(shift) });
  return line;
}
