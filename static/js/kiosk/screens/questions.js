// The additional questions and prompts of each action, with the organizer's own labels.

import { getElement } from "../../parts/get-element.js";
import { localized, message } from "../messages.js";
import { createElement } from "./elements.js";
import { createLetter, letterOf, translateLetter } from "./letter.js";

/** @import { Answers, Petition, Question } from "../../../../types/kiosk" */

const TYPING_ATTRIBUTES = { autocomplete: "off", autocorrect: "off", spellcheck: "false" };
const PROMPT = "prompt";

/**
 * @param {Question} question
 * @param {string} id
 */
function createField(question, id) {
  if (question.type === "choice") return createElement("select", { class: "input", id, ...TYPING_ATTRIBUTES });
  if (question.type === "tick") return createElement("input", { type: "checkbox", id, ...TYPING_ATTRIBUTES });
  if (question.type === PROMPT) return createElement("textarea", { class: "input", id, rows: 4, maxlength: 2000, dir: "auto" });
  return createElement("input", { class: "input", id, type: "text", maxlength: 500, dir: "auto", ...TYPING_ATTRIBUTES });
}

/**
 * @param {string} slug
 * @param {Question} question
 * @param {string} id
 */
function createQuestion(slug, question, id) {
  const isTick = question.type === "tick";
  // As on the web, a checkbox is not marked optional, because leaving it empty is an answer.
  const isMarked = !question.required && !isTick;
  const optional = isMarked ? [" ", createElement("span", { class: "optional" })] : [];
  const label = createElement("label", { for: id }, createElement("span", {}), ...optional);
  const input = createField(question, id);
  const kind = isTick ? "checkbox kiosk-checkbox" : "field kiosk-field";
  const name = `${slug}/${question.name}`;
  const order = isTick ? [input, label] : [label, input];
  return createElement("div", { class: kind, "data-place": name, "data-own": "" }, ...order);
}

/**
 * Add all questions of `petitions` to `container`. translateQuestions fills in their text.
 *
 * @param {Element} container
 * @param {Petition[]} petitions
 */
export function addQuestions(container, petitions) {
  petitions.forEach((petition, petitionIndex) => {
    const { slug, questions } = petition;
    const fields = questions.map((question, index) => ({
      isPrompt: question.type === PROMPT,
      field: createQuestion(slug, question, `k-own-${petitionIndex}-${index}`),
    }));
    const prompts = fields.filter(({ isPrompt }) => isPrompt).map(({ field }) => field);
    const others = fields.filter(({ isPrompt }) => !isPrompt).map(({ field }) => field);
    if (letterOf(petition)) container.append(createLetter(petition, petitionIndex, prompts));
    container.append(...others);
  });
}

/**
 * @param {ParentNode} container
 * @param {Petition[]} petitions
 * @param {(field: HTMLElement, slug: string, question: Question) => void} action
 */
function forEachQuestion(container, petitions, action) {
  for (const { slug, questions } of petitions) {
    for (const question of questions) {
      const name = CSS.escape(`${slug}/${question.name}`);
      action(getElement(container, `[data-place="${name}"]`), slug, question);
    }
  }
}

/**
 * Show the questions in the page's language and keep the answers.
 *
 * @param {ParentNode} container
 * @param {Petition[]} petitions
 */
export function translateQuestions(container, petitions) {
  for (const petition of petitions) {
    if (letterOf(petition)) translateLetter(container, petition, petitions.length > 1);
  }
  forEachQuestion(container, petitions, (field, slug, question) => {
    getElement(field, "label span").textContent = localized(question.label);
    const optional = field.querySelector(".optional");
    if (optional) optional.textContent = message("optional");
    if (question.type !== "choice") return;
    /** @type {HTMLSelectElement} */
    const select = getElement(field, "select");
    const { value } = select;
    // The same value is stored whatever language the person answers in.
    const values = Object.values(question.choices || {})[0] || [];
    const labels = localized(question.choices) || values;
    const options = values.map((choice, index) => new Option(labels[index], choice));
    select.replaceChildren(new Option(message("choose"), ""), ...options);
    select.value = value;
  });
}

/**
 * Return the answers, by petition and name.
 *
 * @param {ParentNode} container
 * @param {Petition[]} petitions
 * @returns {Record<string, Answers>}
 */
export function answersOf(container, petitions) {
  /** @type {Record<string, Answers>} */
  const answers = {};
  forEachQuestion(container, petitions, (field, slug, { name, type }) => {
    /** @type {HTMLInputElement} */
    const input = getElement(field, "input, select, textarea");
    answers[slug] = answers[slug] || {};
    answers[slug][name] = type === "tick" ? input.checked : input.value.trim();
  });
  return answers;
}
