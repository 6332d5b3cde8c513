// Kept, and therefore thanked: the butterfly joins, a code leads home, and after twenty seconds the next
// may come; whoever waits presses the button.

import { number } from "../../lib/sentences.js";
import { lang } from "../../parts/page.js";
import { qrCode } from "../qr-code.js";
import { mask } from "../validate.js";
import { word, words } from "../words.js";
import { onActs } from "./acts.js";

const REST_MS = 20000;
const TICK_MS = 200;
const JOIN_MS = 500;
const LAND_MS = 1500;

const pause = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export class Thanks {
  static template = "thanks";

  /** `signed` has the ids of the records, how many are `flying`, the given `name`, and `email` or "". */
  constructor(kiosk, place, signed) {
    Object.assign(this, { kiosk, place, signed, numbers: {}, isOver: false });
    this.find = (name) => place.querySelector(`[data-${name}]`);
    onActs(place, { next: () => kiosk.restart() });
    this.begin();
    this.stir = () => this.begin();
    place.addEventListener("pointerdown", this.stir);
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.find("chrysalis").hidden = Boolean(signed.flying);
    this.find("picture").hidden = !signed.flying;
    if (signed.flying) this.fly();
  }

  begin() {
    this.until = Date.now() + REST_MS;
  }

  tick() {
    const left = Math.max(0, this.until - Date.now());
    this.find("way").style.inlineSize = `${(100 * left) / REST_MS}%`;
    const text = words("thanks_left", Math.ceil(left / 1000));
    if (this.find("left").textContent !== text) this.find("left").textContent = text;
    // Also when the clock was set back meanwhile.
    if (!left || left > REST_MS) this.kiosk.restart();
  }

  async fly() {
    const { picture } = this.kiosk;
    const { flying } = this.signed;
    this.onNumbers = ({ detail }) => this.number(detail);
    picture.element.addEventListener("volante:numbers", this.onNumbers);
    await picture.putIn(this.find("picture"));
    await pause(JOIN_MS);
    // Whoever was quick to go on is in the picture all the same, unseen.
    const [first] = await picture.join(flying);
    await pause(LAND_MS);
    if (!this.isOver) picture.choose(first);
  }

  // The picture's own place was a guess as long as others sign elsewhere; now it is known.
  number(numbers) {
    for (const id of this.signed.ids) if (id in numbers) this.numbers[id] = numbers[id];
    const [first] = Object.values(this.numbers);
    if (first) this.kiosk.picture.choose(first);
    this.sayNumber();
  }

  say() {
    const { name } = this.signed;
    // The name stands by itself, so that one written from right to left moves nothing around it.
    const itself = document.createElement("bdi");
    itself.textContent = name;
    const [before, after] = word("thanks").split("{name}");
    this.find("thanks").replaceChildren(before, itself, after);
    this.find("what").textContent = this.whatNow();
    this.sayNumber();
    const { url, short } = this.kiosk.campaign.table;
    const hint = document.createElement("p");
    hint.textContent = word("thanks_carry");
    const code = qrCode(url, word("code_name", { address: short }));
    this.find("carry").replaceChildren(code, hint);
  }

  // Of several letters some may be confirmed by the crew's witness, and others by mail alone.
  whatNow() {
    const { ids, email, flying } = this.signed;
    const masked = { email: mask(email) };
    if (!flying) return word("thanks_wait", masked);
    const joined = word(flying > 1 ? "thanks_joined_many" : "thanks_joined");
    return flying < ids.length ? `${joined} ${word("thanks_also", masked)}` : joined;
  }

  sayNumber() {
    const known = Object.values(this.numbers).map((each) => number(each, lang()));
    const line = this.find("number");
    line.hidden = !known.length;
    const name = known.length > 1 ? "thanks_numbers" : "thanks_number";
    line.textContent = known.length ? word(name, { numbers: known.join(", ") }) : "";
  }

  leave() {
    clearInterval(this.timer);
    this.isOver = true;
    this.place.removeEventListener("pointerdown", this.stir);
    const { element } = this.kiosk.picture;
    if (this.onNumbers) element.removeEventListener("volante:numbers", this.onNumbers);
    this.signed = null;
  }
}
