// The petition texts in large print: one, or several to choose from.

import { withoutLinks } from "../lock-navigation.js";
import { fillMessages, localized, message, pluralMessage } from "../messages.js";
import { bindActions } from "./actions.js";
import { Form } from "./form.js";
import { letterOf } from "./letter.js";

const PETITION_TEXTS = {
  heading: "letters_heading",
  all: "letters_all",
  none: "letters_none",
  chosen: "letters_chosen",
};
// The texts above say "petition". These are shown where there is anything else to choose.
const ACTION_TEXTS = {
  heading: "actions_heading",
  all: "actions_all",
  none: "actions_none",
  chosen: "actions_chosen",
};

export class Petitions {
  #isSingle;
  #texts;

  static template = "letters";
  static isPersonal = true;
  // A one-page petition takes a slow reader two minutes, and nothing private has been typed yet.
  static idleMs = 120000;
  static idleHint = "still_hint_reading";

  constructor(kiosk, root, chosen = []) {
    this.kiosk = kiosk;
    this.root = root;
    this.petitions = kiosk.petitions;
    this.chosen = new Set(chosen);
    this.#isSingle = this.petitions.length === 1;
    this.#texts = this.petitions.some(letterOf) ? ACTION_TEXTS : PETITION_TEXTS;
    if (this.#isSingle) this.chosen.add(this.petitions[0].slug);
    const list = root.querySelector("[data-letters]");
    list.append(...this.petitions.map((petition) => this.letter(petition)));
    root.querySelector('[data-act="all"]').hidden = this.petitions.length < 2;
    bindActions(root, { onward: () => this.onward(), all: () => this.chooseAll() });
  }

  letter(petition) {
    const item = document.getElementById("bit-letter").content.cloneNode(true).firstElementChild;
    fillMessages(item);
    item.dataset.slug = petition.slug;
    const picker = item.querySelector("[data-pick]");
    picker.hidden = this.#isSingle;
    item.querySelector("[data-reading]").open = this.#isSingle;
    item.querySelector("[data-reading] summary").hidden = this.#isSingle;
    const box = picker.querySelector("input");
    box.checked = this.chosen.has(petition.slug);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(petition.slug);
      else this.chosen.delete(petition.slug);
      this.count();
    });
    return item;
  }

  chooseAll() {
    for (const box of this.root.querySelectorAll("[data-pick] input")) box.checked = true;
    this.chosen = new Set(this.petitions.map(({ slug }) => slug));
    this.count();
  }

  render() {
    const [first] = this.petitions;
    const all = this.root.querySelector('[data-act="all"] span');
    all.textContent = pluralMessage(this.#texts.all, this.petitions.length);
    const title = this.#isSingle ? localized(first.title) : message(this.#texts.heading);
    this.root.querySelector("[data-title]").textContent = title;
    for (const petition of this.petitions) this.renderPetition(petition);
    this.count();
  }

  renderPetition(petition) {
    const item = this.root.querySelector(`[data-slug="${petition.slug}"]`);
    const find = (name) => item.querySelector(`[data-${name}]`);
    find("letter-title").textContent = localized(petition.title);
    find("read").textContent = message(letterOf(petition) ? "action_read" : "letter_read");
    find("summary").textContent = localized(petition.summary);
    const names = (localized(petition.targets) || []).join(", ");
    find("to").textContent = names && message("letter_to", { names });
    // Our server made this from Markdown and sanitized it. The page's policy runs no script inside
    // it.
    const text = new DOMParser().parseFromString(localized(petition.body_html), "text/html").body;
    find("body").replaceChildren(...withoutLinks(text).childNodes);
  }

  count() {
    const n = this.chosen.size;
    const chosen = this.root.querySelector("[data-chosen]");
    chosen.textContent = n ? pluralMessage(this.#texts.chosen, n) : message(this.#texts.none);
    chosen.hidden = this.#isSingle;
    const single = letterOf(this.petitions[0]) ? "write_this" : "sign_this";
    this.root.querySelector("[data-onward]").textContent = message(this.#isSingle ? single : "onward");
    this.root.querySelector('[data-act="onward"]').disabled = !n;
  }

  onward() {
    const chosen = this.petitions.filter(({ slug }) => this.chosen.has(slug));
    if (chosen.length) this.kiosk.show(Form, chosen);
  }
}
