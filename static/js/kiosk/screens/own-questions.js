// A petition's additional questions, with the organizer's own labels.

import { local, word } from "../words.js";

const typed = { autocomplete: "off", autocorrect: "off", spellcheck: "false" };

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function fieldOf(question, id) {
  if (question.type === "choice") return make("select", { class: "input", id, ...typed });
  if (question.type === "tick") return make("input", { type: "checkbox", id, ...typed });
  return make("input", { class: "input", id, type: "text", maxlength: 500, dir: "auto", ...typed });
}

/** Add all questions of `petitions` to `place`. sayQuestions fills in their text. */
export function askQuestions(place, petitions) {
  petitions.forEach(({ slug, questions }, above) => {
    questions.forEach((question, at) => {
      const id = `k-own-${above}-${at}`;
      const isTick = question.type === "tick";
      // As on the web, a checkbox is not marked optional, because leaving it empty is an answer.
      const isMarked = !question.required && !isTick;
      const optional = isMarked ? [" ", make("span", { class: "optional" })] : [];
      const label = make("label", { for: id }, make("span", {}), ...optional);
      const line = fieldOf(question, id);
      const kind = isTick ? "tick kiosk-tick" : "field kiosk-field";
      const name = `${slug}/${question.name}`;
      const order = isTick ? [line, label] : [label, line];
      place.append(make("div", { class: kind, "data-place": name, "data-own": "" }, ...order));
    });
  });
}

function each(place, petitions, act) {
  const fields = [...place.querySelectorAll("[data-own]")];
  for (const { slug, questions } of petitions) {
    for (const question of questions) act(fields.shift(), slug, question);
  }
}

/** Show the questions in the page's language and keep the answers. */
export function sayQuestions(place, petitions) {
  each(place, petitions, (field, slug, question) => {
    field.querySelector("label span").textContent = local(question.label);
    const optional = field.querySelector(".optional");
    if (optional) optional.textContent = word("optional");
    if (question.type !== "choice") return;
    const select = field.querySelector("select");
    const { value } = select;
    // The same value is stored whatever language the person answers in.
    const kept = Object.values(question.choices || {})[0] || [];
    const read = local(question.choices) || kept;
    const options = kept.map((choice, at) => new Option(read[at], choice));
    select.replaceChildren(new Option(word("choose"), ""), ...options);
    select.value = value;
  });
}

/** Return the answers, by petition and name. */
export function answersOf(place, petitions) {
  const answers = {};
  each(place, petitions, (field, slug, { name, type }) => {
    const line = field.querySelector("input, select");
    answers[slug] = answers[slug] || {};
    answers[slug][name] = type === "tick" ? line.checked : line.value.trim();
  });
  return answers;
}
