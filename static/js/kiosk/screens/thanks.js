// Shown once the signature is stored. The butterfly joins the montage, and a QR code lets people
// carry on at home. After twenty seconds the next person can start, or earlier with the button.

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

  /** `signed` has the records' `ids`, how many are `flying`, the given `name`, `email` or "". */
  constructor(kiosk, place, signed) {
    Object.assign(this, { kiosk, place, signed, isOver: false });
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
    // Restart also if the clock was set back during the wait.
    if (!left || left > REST_MS) this.kiosk.restart();
  }

  async fly() {
    const { picture } = this.kiosk;
    const { flying } = this.signed;
    await picture.putIn(this.find("picture"));
    await pause(JOIN_MS);
    // If the person left early, their butterfly joins the montage anyway, unseen.
    const [first] = await picture.join(flying);
    await pause(LAND_MS);
    if (!this.isOver) picture.choose(first);
  }

  say() {
    const { name } = this.signed;
    // Isolate the name, so that one written right to left does not reorder the text around it.
    const itself = document.createElement("bdi");
    itself.textContent = name;
    const [before, after] = word("thanks").split("{name}");
    this.find("thanks").replaceChildren(before, itself, after);
    this.find("what").textContent = this.whatNow();
    const { url, short } = this.kiosk.campaign.table;
    const hint = document.createElement("p");
    hint.textContent = word("thanks_carry");
    const code = qrCode(url, word("code_name", { address: short }));
    this.find("carry").replaceChildren(code, hint);
  }

  // With several petitions, the crew's witness may confirm some, and only an email the others.
  whatNow() {
    const { ids, email, flying } = this.signed;
    const masked = { email: mask(email) };
    if (!flying) return word("thanks_wait", masked);
    const joined = word(flying > 1 ? "thanks_joined_many" : "thanks_joined");
    return flying < ids.length ? `${joined} ${word("thanks_also", masked)}` : joined;
  }

  leave() {
    clearInterval(this.timer);
    this.isOver = true;
    this.place.removeEventListener("pointerdown", this.stir);
    this.signed = null;
  }
}
