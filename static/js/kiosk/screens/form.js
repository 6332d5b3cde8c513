// The form for fingers. What is typed is kept only in its fields until it is sealed.

import { initials } from "../../lib/initials.js";
import { offerCorrections } from "../../parts/email-suggestion.js";
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

const FIELDS = ["given_name", "family_name", "email", "country", "postal_code", "comment"];
const postalCodes = JSON.parse(document.getElementById("postal-codes").textContent);

export class Form {
  #pad;
  #isPadComing;
  #suggestEmail;
  #onTyped;

  static template = "form";
  static isPersonal = true;

  constructor(kiosk, root, petitions) {
    this.kiosk = kiosk;
    this.root = root;
    this.petitions = petitions;
    this.isBusy = false;
    this.#pad = null;
    this.#isPadComing = false;
    this.find = (name) => root.querySelector(`[data-${name}]`);
    this.input = (name) => root.querySelector(`[data-field="${name}"]`);
    this.asks = {
      required: new Set(petitions.flatMap(({ required_fields: names }) => names)),
      isEmailRequired: petitions.some(({ email }) => email === "required"),
      questions: petitions.flatMap(({ slug, questions }) =>
        questions.map((question) => ({ slug, question })),
      ),
      letters: petitions.filter(letterOf).map((petition) => ({ slug: petition.slug, letter: letterOf(petition) })),
    };
    addQuestions(this.find("questions"), petitions);
    this.errors = new FormErrors(root);
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
    this.#onTyped = (event) => this.onInput(event);
    root.addEventListener("input", this.#onTyped);
    bindActions(root, { sign: () => this.sign(), "wipe-pad": () => this.#pad && this.#pad.clear() });
    root.querySelector('[data-more="drawn"]').addEventListener("toggle", () => this.openSignaturePad());
    root.querySelector('[data-more="comment"]').hidden = this.petitions.every(letterOf);
    root.querySelector('[data-more="drawn"]').hidden = this.petitions.every(letterOf);
    if (this.asks.required.has("comment")) root.querySelector('[data-more="comment"]').open = true;
  }

  async openSignaturePad() {
    if (this.#pad || this.#isPadComing) return;
    this.#isPadComing = true;
    this.#pad = await createSignaturePad(this.find("pad")).catch(() => null);
    this.#isPadComing = false;
  }

  onInput({ target }) {
    const name = target.dataset.field;
    if (name === "given_name" || name === "family_name") this.preview();
    if (name === "email") {
      const { consent } = this.kiosk.campaign;
      const place = (column) => this.root.querySelector(`[data-place="${column}"]`);
      place("subscribe").hidden = !target.value.trim() || !consent.news;
      place("tell_answer").hidden = !target.value.trim() || !offersAnswers(consent, this.petitions);
    }
    const field = target.closest("[data-place]");
    if (field) this.errors.clear(field.dataset.place);
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
    this.find("news").textContent = news && localized(news);
    this.find("answer").textContent = answer && localized(answer);
    showDelivery(this.find("delivery"), others);
    showNotices(this.find("notices"), this.petitions);
    for (const name of FIELDS) {
      const field = this.input(name).closest("[data-place]");
      field.querySelector("[data-optional]").hidden = this.isRequired(name);
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

  isRequired(name) {
    if (name === "given_name") return true;
    return name === "email" ? this.asks.isEmailRequired : this.asks.required.has(name);
  }

  /** Return whether something was typed or drawn that a restart would lose. */
  hasInput() {
    const lines = [...this.root.querySelectorAll("input[type=text], textarea")];
    return lines.some((line) => line.value.trim()) || Boolean(this.#pad && this.#pad.path());
  }

  renderCountries() {
    const select = this.input("country");
    const { value } = select;
    const all = this.sortedCountries();
    const options = [["", message("choose")], ...all].map(([code, name]) => new Option(name, code));
    const isFirst = !select.options.length;
    select.replaceChildren(...options);
    select.value = isFirst ? this.defaultCountry() : value;
  }

  // Most people at a table come from the country it is in.
  sortedCountries() {
    const all = localized(this.kiosk.campaign.countries);
    const { country } = this.kiosk.campaign.event;
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
      const hint = this.root.querySelector(`[data-preview="${name}"]`);
      hint.textContent = text || message(`shown_${name}_hint`);
    }
  }

  person() {
    const person = {};
    for (const name of FIELDS) person[name] = this.input(name).value.trim();
    const chosen = this.root.querySelector('[name="k-shown"]:checked');
    const isChecked = (id) => Boolean(person.email) && this.root.querySelector(id).checked;
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

  async keep(person) {
    const { store, campaign } = this.kiosk;
    const at = Date.now();
    const shift = await openShift(store);
    const context = { lang: lang(), consent: campaign.consent.version, shift: shift && shift.id, at };
    const payloads = this.petitions.map((petition) => buildRecord(person, petition, context));
    const ids = await storeSealed(store, campaign, payloads, at);
    return { ids, flying: payloads.filter(({ witnessed }) => witnessed).length };
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    const button = this.root.querySelector('[data-act="sign"]');
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
