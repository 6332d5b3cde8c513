// The petition texts in large print: one, or several to choose from.

import { getElement } from "../../parts/get-element.js";
import { withoutLinks } from "../lock-navigation.js";
import { fillMessages, localized, message, pluralMessage } from "../messages.js";
import { bindActions } from "./actions.js";
import { Form } from "./form.js";
import { letterOf } from "./letter.js";

/** @import { LoadedKiosk, Petition } from "../../../../types/kiosk" */

const PETITION_TEXTS = {
  heading: "petitions_heading",
  all: "petitions_all",
  none: "petitions_none",
  chosen: "petitions_chosen",
};
// The texts above say "petition". These are shown where there is anything else to choose.
const ACTION_TEXTS = {
  heading: "actions_heading",
  all: "actions_all",
  none: "actions_none",
  chosen: "actions_chosen",
};

export class Petitions {
  /** @type {boolean} */
  #isSingle;
  /** @type {typeof PETITION_TEXTS} */
  #texts;

  static template = "petitions";
  static isPersonal = true;
  // A one-page petition takes a slow reader two minutes, and nothing private has been typed yet.
  static idleMs = 120000;
  static idleHint = "still_hint_reading";

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {string[]} [chosen]
   */
  constructor(kiosk, root, chosen = []) {
    this.kiosk = kiosk;
    this.root = root;
    this.petitions = kiosk.petitions;
    this.chosen = new Set(chosen);
    this.#isSingle = this.petitions.length === 1;
    this.#texts = this.petitions.some(letterOf) ? ACTION_TEXTS : PETITION_TEXTS;
    if (this.#isSingle) this.chosen.add(this.petitions[0].slug);
    const list = getElement(root, "[data-petitions]");
    list.append(...this.petitions.map((petition) => this.createItem(petition)));
    getElement(root, '[data-act="all"]').hidden = this.petitions.length < 2;
    bindActions(root, { onward: () => this.onward(), all: () => this.chooseAll() });
  }

  /** @param {Petition} petition */
  createItem(petition) {
    /** @type {HTMLTemplateElement} */
    const template = getElement(document, "#petition-item");
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const item = /** @type {HTMLElement} */ (copy.firstElementChild);
    fillMessages(item);
    item.dataset.slug = petition.slug;
    const picker = getElement(item, "[data-pick]");
    picker.hidden = this.#isSingle;
    /** @type {HTMLDetailsElement} */
    const reading = getElement(item, "[data-reading]");
    reading.open = this.#isSingle;
    getElement(item, "[data-reading] summary").hidden = this.#isSingle;
    /** @type {HTMLInputElement} */
    const box = getElement(picker, "input");
    box.checked = this.chosen.has(petition.slug);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(petition.slug);
      else this.chosen.delete(petition.slug);
      this.count();
    });
    return item;
  }

  chooseAll() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const boxes = this.root.querySelectorAll("[data-pick] input");
    for (const box of boxes) box.checked = true;
    this.chosen = new Set(this.petitions.map(({ slug }) => slug));
    this.count();
  }

  render() {
    const [first] = this.petitions;
    const all = getElement(this.root, '[data-act="all"] span');
    all.textContent = pluralMessage(this.#texts.all, this.petitions.length);
    const title = this.#isSingle ? localized(first.title) : message(this.#texts.heading);
    getElement(this.root, "[data-title]").textContent = title;
    for (const petition of this.petitions) this.renderPetition(petition);
    this.count();
  }

  /** @param {Petition} petition */
  renderPetition(petition) {
    const item = getElement(this.root, `[data-slug="${petition.slug}"]`);
    /** @param {string} name */
    const find = (name) => getElement(item, `[data-${name}]`);
    find("petition-title").textContent = localized(petition.title);
    find("read").textContent = message(letterOf(petition) ? "action_read" : "petition_read");
    find("summary").textContent = localized(petition.summary);
    const names = (localized(petition.targets) || []).join(", ");
    find("to").textContent = names && message("petition_to", { names });
    // Our server made this from Markdown and sanitized it. The page's policy runs no script inside
    // it.
    const text = new DOMParser().parseFromString(localized(petition.body_html), "text/html").body;
    find("body").replaceChildren(...withoutLinks(text).childNodes);
  }

  count() {
    const n = this.chosen.size;
    const chosen = getElement(this.root, "[data-chosen]");
    chosen.textContent = n ? pluralMessage(this.#texts.chosen, n) : message(this.#texts.none);
    chosen.hidden = this.#isSingle;
    const single = letterOf(this.petitions[0]) ? "write_this" : "sign_this";
    getElement(this.root, "[data-onward]").textContent = message(this.#isSingle ? single : "onward");
    /** @type {HTMLButtonElement} */
    const button = getElement(this.root, '[data-act="onward"]');
    button.disabled = !n;
  }

  onward() {
    const chosen = this.petitions.filter(({ slug }) => this.chosen.has(slug));
    if (chosen.length) this.kiosk.show(Form, chosen);
  }
}
