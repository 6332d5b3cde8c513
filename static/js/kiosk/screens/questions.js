// The additional questions and prompts of each action, with the organizer's own labels.

import { localized, message } from "../messages.js";
import { createElement } from "./elements.js";
import { createLetter, letterOf, translateLetter } from "./letter.js";

const TYPING_ATTRIBUTES = { autocomplete: "off", autocorrect: "off", spellcheck: "false" };
const PROMPT = "prompt";

function createField(question, id) {
  if (question.type === "choice") return createElement("select", { class: "input", id, ...TYPING_ATTRIBUTES });
  if (question.type === "tick") return createElement("input", { type: "checkbox", id, ...TYPING_ATTRIBUTES });
  if (question.type === PROMPT) return createElement("textarea", { class: "input", id, rows: 4, maxlength: 2000, dir: "auto" });
  return createElement("input", { class: "input", id, type: "text", maxlength: 500, dir: "auto", ...TYPING_ATTRIBUTES });
}

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

/** Add all questions of `petitions` to `container`. translateQuestions fills in their text. */
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

function forEachQuestion(container, petitions, action) {
  for (const { slug, questions } of petitions) {
    for (const question of questions) {
      const name = CSS.escape(`${slug}/${question.name}`);
      action(container.querySelector(`[data-place="${name}"]`), slug, question);
    }
  }
}

/** Show the questions in the page's language and keep the answers. */
export function translateQuestions(container, petitions) {
  for (const petition of petitions) {
    if (letterOf(petition)) translateLetter(container, petition, petitions.length > 1);
  }
  forEachQuestion(container, petitions, (field, slug, question) => {
    field.querySelector("label span").textContent = localized(question.label);
    const optional = field.querySelector(".optional");
    if (optional) optional.textContent = message("optional");
    if (question.type !== "choice") return;
    const select = field.querySelector("select");
    const { value } = select;
    // The same value is stored whatever language the person answers in.
    const values = Object.values(question.choices || {})[0] || [];
    const labels = localized(question.choices) || values;
    const options = values.map((choice, index) => new Option(labels[index], choice));
    select.replaceChildren(new Option(message("choose"), ""), ...options);
    select.value = value;
  });
}

/** Return the answers, by petition and name. */
export function answersOf(container, petitions) {
  const answers = {};
  forEachQuestion(container, petitions, (field, slug, { name, type }) => {
    const input = field.querySelector("input, select, textarea");
    answers[slug] = answers[slug] || {};
    answers[slug][name] = type === "tick" ? input.checked : input.value.trim();
  });
  return answers;
}
