// The petition texts in large print: one, or several to choose from.

import { withoutLinks } from "../closed-doors.js";
import { label, local, word, words } from "../words.js";
import { onActs } from "./acts.js";
import { Form } from "./form.js";

export class Letters {
  static template = "letters";
  static isPersonal = true;
  // A one-page petition takes a slow reader two minutes, and nothing private has been typed yet.
  static idleMs = 120000;
  static idleHint = "still_hint_reading";

  constructor(kiosk, place, chosen = []) {
    Object.assign(this, { kiosk, place, petitions: kiosk.petitions, chosen: new Set(chosen) });
    this.isSingle = this.petitions.length === 1;
    if (this.isSingle) this.chosen.add(this.petitions[0].slug);
    const letters = place.querySelector("[data-letters]");
    letters.append(...this.petitions.map((petition) => this.letter(petition)));
    place.querySelector('[data-act="all"]').hidden = this.petitions.length < 2;
    onActs(place, { onward: () => this.onward(), all: () => this.chooseAll() });
  }

  letter(petition) {
    const letter = document.getElementById("bit-letter").content.cloneNode(true).firstElementChild;
    label(letter);
    letter.dataset.slug = petition.slug;
    const pick = letter.querySelector("[data-pick]");
    pick.hidden = this.isSingle;
    letter.querySelector("[data-reading]").open = this.isSingle;
    letter.querySelector("[data-reading] summary").hidden = this.isSingle;
    const box = pick.querySelector("input");
    box.checked = this.chosen.has(petition.slug);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(petition.slug);
      else this.chosen.delete(petition.slug);
      this.count();
    });
    return letter;
  }

  chooseAll() {
    for (const box of this.place.querySelectorAll("[data-pick] input")) box.checked = true;
    this.chosen = new Set(this.petitions.map(({ slug }) => slug));
    this.count();
  }

  say() {
    const [first] = this.petitions;
    const all = this.place.querySelector('[data-act="all"] span');
    all.textContent = words("letters_all", this.petitions.length);
    const title = this.isSingle ? local(first.title) : word("letters_heading");
    this.place.querySelector("[data-title]").textContent = title;
    for (const petition of this.petitions) this.sayLetter(petition);
    this.count();
  }

  sayLetter(petition) {
    const letter = this.place.querySelector(`[data-slug="${petition.slug}"]`);
    const find = (name) => letter.querySelector(`[data-${name}]`);
    find("letter-title").textContent = local(petition.title);
    find("summary").textContent = local(petition.summary);
    const names = (local(petition.targets) || []).join(", ");
    find("to").textContent = names && word("letter_to", { names });
    // Our server made this from Markdown and sanitized it. The page's policy runs no script inside
    // it.
    const text = new DOMParser().parseFromString(local(petition.body_html), "text/html").body;
    find("body").replaceChildren(...withoutLinks(text).childNodes);
  }

  count() {
    const n = this.chosen.size;
    const chosen = this.place.querySelector("[data-chosen]");
    chosen.textContent = n ? words("letters_chosen", n) : word("letters_none");
    chosen.hidden = this.isSingle;
    const text = this.isSingle ? word("sign_this") : word("onward");
    this.place.querySelector("[data-onward]").textContent = text;
    this.place.querySelector('[data-act="onward"]').disabled = !n;
  }

  onward() {
    const chosen = this.petitions.filter(({ slug }) => this.chosen.has(slug));
    if (chosen.length) this.kiosk.show(Form, chosen);
  }
}
