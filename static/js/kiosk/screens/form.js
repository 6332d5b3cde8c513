// The form for fingers. What is typed is kept only in its fields until it is sealed.

import { initials } from "../../lib/initials.js";
import { offerCorrections } from "../../parts/email-suggestion.js";
import { getElement } from "../../parts/get-element.js";
import { lang } from "../../parts/page.js";
import { openShift } from "../shifts.js";
import { storeSealed, buildRecord } from "../signing.js";
import { validatePerson } from "../validate.js";
import { localized, message, pluralMessage } from "../messages.js";
import { bindActions, onEnter } from "./actions.js";
import { offersAnswers } from "./answer-consent.js";
import { showDelivery } from "./delivery.js";
import { showNotices } from "./notices.js";
import { createSignaturePad } from "./signature-pad.js";
import { FormErrors } from "./form-errors.js";
import { letterDataOf, letterOf } from "./letter.js";
import { answersOf, addQuestions, translateQuestions } from "./questions.js";
import { Thanks } from "./thanks.js";

/** @import { FormRules, LoadedKiosk, Person, Petition, PostalCodes, TextField } from "../../../../types/kiosk" */

/** @type {TextField[]} */
const FIELDS = ["given_name", "family_name", "email", "country", "postal_code", "comment"];
/** @type {PostalCodes} */
const postalCodes = JSON.parse(getElement(document, "#postal-codes").textContent);

export class Form {
  /** @type {Awaited<ReturnType<typeof createSignaturePad>> | null} */
  #pad;
  /** @type {boolean} */
  #isPadComing;
  /** @type {() => void} */
  #suggestEmail;
  /** @type {(event: Event) => void} */
  #onTyped;

  static template = "form";
  static isPersonal = true;

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {Petition[]} petitions
   */
  constructor(kiosk, root, petitions) {
    this.kiosk = kiosk;
    this.root = root;
    this.petitions = petitions;
    this.isBusy = false;
    this.#pad = null;
    this.#isPadComing = false;
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
    /**
     * @param {string} name
     * @returns {HTMLInputElement}
     */
    this.input = (name) => getElement(root, `[data-field="${name}"]`);
    /** @type {FormRules} */
    this.asks = {
      required: new Set(petitions.flatMap(({ required_fields: names }) => names)),
      isEmailRequired: petitions.some(({ email }) => email === "required"),
      questions: petitions.flatMap(({ slug, questions }) =>
        questions.map((question) => ({ slug, question })),
      ),
      letters: petitions.flatMap((petition) => {
        const letter = letterOf(petition);
        return letter ? [{ slug: petition.slug, letter }] : [];
      }),
    };
    addQuestions(this.find("questions"), petitions);
    this.errors = new FormErrors(root);
    this.#onTyped = (event) => this.onInput(event);
    this.#suggestEmail = offerCorrections(this.input("email"), this.find("suggestion"), (email) =>
      message("email_meant", { email }),
    );
    this.listen();
  }

  listen() {
    const { root } = this;
    const lines = [...root.querySelectorAll(".kiosk-lines [data-field]")];
    lines.forEach((line, at) => {
      const next = lines[at + 1];
      if (line.tagName === "INPUT") onEnter(line, () => (next ? next.focus() : line.blur()));
    });
    // `root` outlives this form, so the listener is removed later and never sees the next form's
    // input.
    root.addEventListener("input", this.#onTyped);
    bindActions(root, { sign: () => this.sign(), "wipe-pad": () => this.#pad && this.#pad.clear() });
    getElement(root, '[data-more="drawn"]').addEventListener("toggle", () => this.openSignaturePad());
    getElement(root, '[data-more="comment"]').hidden = this.petitions.every(letterOf);
    getElement(root, '[data-more="drawn"]').hidden = this.petitions.every(letterOf);
    /** @type {HTMLDetailsElement} */
    const comment = getElement(root, '[data-more="comment"]');
    if (this.asks.required.has("comment")) comment.open = true;
  }

  async openSignaturePad() {
    if (this.#pad || this.#isPadComing) return;
    this.#isPadComing = true;
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("pad"));
    this.#pad = await createSignaturePad(canvas).catch(() => null);
    this.#isPadComing = false;
  }

  /** @param {Event} event */
  onInput(event) {
    const target = /** @type {HTMLInputElement} */ (event.target);
    const name = target.dataset.field;
    if (name === "given_name" || name === "family_name") this.preview();
    if (name === "email") {
      const { consent } = this.kiosk.campaign;
      /** @param {string} column */
      const place = (column) => getElement(this.root, `[data-place="${column}"]`);
      place("subscribe").hidden = !target.value.trim() || !consent.news;
      place("tell_answer").hidden = !target.value.trim() || !offersAnswers(consent, this.petitions);
    }
    const field = target.closest("[data-place]");
    if (field) this.errors.clear(field.dataset.place ?? "");
  }

  render() {
    const n = this.petitions.length;
    const others = this.petitions.filter((petition) => !letterOf(petition));
    const several = pluralMessage(this.asks.letters.length ? "form_actions" : "form", n);
    this.find("title").textContent = n === 1 ? localized(this.petitions[0].title) : several;
    this.find("sign").textContent = message(this.signText());
    const { words, actions, news, answer } = this.kiosk.campaign.consent;
    const consents = [...(others.length ? [words] : []), ...(this.asks.letters.length ? [actions] : [])];
    this.find("consent").textContent = consents.map(localized).join(" ");
    this.find("news").textContent = localized(news);
    this.find("answer").textContent = localized(answer);
    showDelivery(this.find("delivery"), others);
    showNotices(this.find("notices"), this.petitions);
    for (const name of FIELDS) {
      const field = /** @type {HTMLElement} */ (this.input(name).closest("[data-place]"));
      getElement(field, "[data-optional]").hidden = this.isRequired(name);
      if (this.isRequired(name)) this.input(name).setAttribute("aria-required", "true");
    }
    this.renderCountries();
    translateQuestions(this.find("questions"), this.petitions);
    this.preview();
    this.#suggestEmail();
    this.errors.render();
  }

  signText() {
    return this.petitions.every(letterOf) ? "save_letter" : "sign";
  }

  /** @param {string} name */
  isRequired(name) {
    if (name === "given_name") return true;
    return name === "email" ? this.asks.isEmailRequired : this.asks.required.has(name);
  }

  /** Return whether something was typed or drawn that a restart would lose. */
  hasInput() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.root.querySelectorAll("input[type=text], textarea");
    const lines = [...fields];
    return lines.some((line) => line.value.trim()) || Boolean(this.#pad && this.#pad.path());
  }

  renderCountries() {
    /** @type {HTMLSelectElement} */
    const select = getElement(this.root, '[data-field="country"]');
    const { value } = select;
    const all = this.sortedCountries();
    const options = [["", message("choose")], ...all].map(([code, name]) => new Option(name, code));
    const isFirst = !select.options.length;
    select.replaceChildren(...options);
    select.value = isFirst ? this.defaultCountry() : value;
  }

  // Most people at a table come from the country it is in.
  sortedCountries() {
    const all = localized(this.kiosk.campaign.countries) || [];
    const { country } = this.kiosk.campaign.event;
    /** @param {[code: string, name: string]} country */
    const isHere = ([code]) => code === country;
    return [...all.filter(isHere), ...all.filter((each) => !isHere(each))];
  }

  // Where a country is required, preselect the table's, since most people there choose it.
  defaultCountry() {
    const { country } = this.kiosk.campaign.event;
    return (this.asks.required.has("country") && country) || "";
  }

  preview() {
    const [given, family] = [this.input("given_name").value, this.input("family_name").value];
    const shown = {
      full: `${given.trim()} ${family.trim()}`.trim(),
      initials: initials(given, family, lang()),
    };
    for (const [name, text] of Object.entries(shown)) {
      const hint = getElement(this.root, `[data-preview="${name}"]`);
      hint.textContent = text || message(`shown_${name}_hint`);
    }
  }

  /** @returns {Person} */
  person() {
    const texts = FIELDS.map((name) => [name, this.input(name).value.trim()]);
    const person = /** @type {Record<TextField, string>} */ (Object.fromEntries(texts));
    /** @type {HTMLInputElement | null} */
    const chosen = this.root.querySelector('[name="k-shown"]:checked');
    /** @param {string} id */
    const isChecked = (id) => {
      /** @type {HTMLInputElement} */
      const box = getElement(this.root, id);
      return Boolean(person.email) && box.checked;
    };
    return {
      ...person,
      name_display: chosen ? chosen.value : "counted",
      subscribe: isChecked("#k-subscribe"),
      tell_answer: isChecked("#k-tell-answer"),
      answers: answersOf(this.find("questions"), this.petitions),
      kindData: Object.fromEntries(
        this.asks.letters.map((letter) => [letter.slug, letterDataOf(this.find("questions"), letter)]),
      ),
      drawn: this.#pad ? this.#pad.path() : "",
    };
  }

  async sign() {
    if (this.isBusy) return;
    const person = this.person();
    const errors = validatePerson(person, this.asks, postalCodes);
    if (Object.keys(errors).length) {
      this.errors.show(errors);
      return;
    }
    this.busy(true);
    try {
      const { ids, flying } = await this.keep(person);
      const { given_name: name, email } = person;
      const isLetter = this.petitions.every(letterOf);
      if (this.kiosk.screen === this) this.kiosk.show(Thanks, { ids, flying, name, email, isLetter });
      this.kiosk.sync.soon(0);
    } catch (error) {
      if (this.kiosk.screen !== this) return;
      this.busy(false);
      this.errors.show({ whole: ["not_kept"] });
    }
  }

  /** @param {Person} person */
  async keep(person) {
    const { store, campaign } = this.kiosk;
    const at = Date.now();
    const shift = await openShift(store);
    const context = { lang: lang(), consent: campaign.consent.version, shift: shift && shift.id, at };
    const payloads = this.petitions.map((petition) => buildRecord(person, petition, context));
    const ids = await storeSealed(store, campaign, payloads, at);
    return { ids, flying: payloads.filter(({ witnessed }) => witnessed).length };
  }

  /** @param {boolean} isBusy */
  busy(isBusy) {
    this.isBusy = isBusy;
    const button = getElement(this.root, '[data-act="sign"]');
    if (isBusy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
    this.find("sign").textContent = message(isBusy ? "signing" : this.signText());
  }

  leave() {
    this.root.removeEventListener("input", this.#onTyped);
    if (this.#pad) this.#pad.leave();
    this.#pad = null;
  }
}
