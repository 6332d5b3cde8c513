// A petition's additional questions, with the organizer's own labels.

import { localized, message } from "../messages.js";

const TYPING_ATTRIBUTES = { autocomplete: "off", autocorrect: "off", spellcheck: "false" };

function createElement(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function createField(question, id) {
  if (question.type === "choice") return createElement("select", { class: "input", id, ...TYPING_ATTRIBUTES });
  if (question.type === "tick") return createElement("input", { type: "checkbox", id, ...TYPING_ATTRIBUTES });
  return createElement("input", { class: "input", id, type: "text", maxlength: 500, dir: "auto", ...TYPING_ATTRIBUTES });
}

/** Add all questions of `petitions` to `container`. translateQuestions fills in their text. */
export function addQuestions(container, petitions) {
  petitions.forEach(({ slug, questions }, petitionIndex) => {
    questions.forEach((question, index) => {
      const id = `k-own-${petitionIndex}-${index}`;
      const isTick = question.type === "tick";
      // As on the web, a checkbox is not marked optional, because leaving it empty is an answer.
      const isMarked = !question.required && !isTick;
      const optional = isMarked ? [" ", createElement("span", { class: "optional" })] : [];
      const label = createElement("label", { for: id }, createElement("span", {}), ...optional);
      const input = createField(question, id);
      const kind = isTick ? "checkbox kiosk-checkbox" : "field kiosk-field";
      const name = `${slug}/${question.name}`;
      const order = isTick ? [input, label] : [label, input];
      container.append(createElement("div", { class: kind, "data-place": name, "data-own": "" }, ...order));
    });
  });
}

function forEachQuestion(container, petitions, action) {
  const fields = [...container.querySelectorAll("[data-own]")];
  for (const { slug, questions } of petitions) {
    for (const question of questions) action(fields.shift(), slug, question);
  }
}

/** Show the questions in the page's language and keep the answers. */
export function translateQuestions(container, petitions) {
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
    const input = field.querySelector("input, select");
    answers[slug] = answers[slug] || {};
    answers[slug][name] = type === "tick" ? input.checked : input.value.trim();
  });
  return answers;
}
