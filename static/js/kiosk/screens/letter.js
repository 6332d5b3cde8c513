// The part of the form that only letters have: who it goes to, and its fixed texts around the prompts.

import { localized, message } from "../messages.js";
import { createElement } from "./elements.js";

const LETTER = "letter";

/** Return what a letter's form has in the page's language, or undefined for a petition. */
export const letterOf = ({ kind, form }) => (kind === LETTER ? localized(form) : undefined);

function createTarget(id, target, isOnly) {
  const box = createElement("input", { type: "checkbox", id, value: target.id, autocomplete: "off" });
  box.checked = isOnly;
  const text = createElement("span", { class: "choice-text" }, createElement("b", { dir: "auto" }), " ");
  text.append(createElement("span", { class: "hint", dir: "auto" }));
  return createElement("label", { class: "choice", "data-target": target.id }, box, text);
}

/** Return the part of `petition`, with `prompts` between its fixed texts. translateLetter fills in its text. */
export function createLetter(petition, index, prompts) {
  const letter = letterOf(petition);
  const id = `k-letter-${index}`;
  const targets = letter.targets.map((target, at) =>
    createTarget(`${id}-target-${at}`, target, letter.targets.length === 1),
  );
  const fieldset = createElement(
    "fieldset",
    { class: "choices kiosk-targets", "data-place": `${petition.slug}/targets` },
    createElement("legend", {}, createElement("span", { "data-to": "" })),
    ...targets,
  );
  const parts = [
    createElement("h2", { class: "kiosk-letter-title", "data-title": "" }),
    fieldset,
    createElement("p", { class: "kiosk-fixed", dir: "auto", "data-opening": "" }),
    ...prompts,
    createElement("p", { class: "kiosk-fixed", dir: "auto", "data-closing": "" }),
    createElement("p", { class: "kiosk-consent", "data-signed": "" }),
    createElement("p", { class: "kiosk-consent", "data-way": "" }),
  ];
  if (letter.offers_reply) {
    const box = createElement("input", { type: "checkbox", id: `${id}-reply`, autocomplete: "off" });
    const label = createElement("label", { for: `${id}-reply`, "data-reply": "" });
    parts.push(createElement("div", { class: "checkbox kiosk-checkbox" }, box, label));
  }
  return createElement("section", { class: "kiosk-letter", "data-letter": petition.slug }, ...parts);
}

const sectionOf = (container, { slug }) => container.querySelector(`[data-letter="${CSS.escape(slug)}"]`);

/** Show the letter in the page's language. Its title is shown if it is one of several actions. */
export function translateLetter(container, petition, hasTitle) {
  const letter = letterOf(petition);
  const find = (name) => sectionOf(container, petition).querySelector(`[data-${name}]`);
  const texts = {
    title: localized(petition.title),
    to: message("letter_goes_to"),
    opening: letter.opening,
    closing: letter.closing,
    signed: message(letter.asks_postal_code ? "letter_signed_postal" : "letter_signed"),
    way: letter.delivery,
    ...(letter.offers_reply ? { reply: message("letter_reply") } : {}),
  };
  for (const [name, text] of Object.entries(texts)) {
    find(name).textContent = text;
    find(name).hidden = !text;
  }
  find("title").hidden = !hasTitle;
  for (const target of letter.targets) {
    const label = find(`target="${target.id}"`);
    label.querySelector("b").textContent = target.name;
    label.querySelector(".hint").textContent = target.about;
  }
}

/** Return what the record needs beside the answers: the chosen targets, and whether they may reply. */
export function letterDataOf(container, petition) {
  const section = sectionOf(container, petition);
  const chosen = [...section.querySelectorAll("[data-target] input:checked")];
  const reply = section.querySelector(".kiosk-checkbox input");
  return {
    targets: chosen.map(({ value }) => Number(value)),
    shares_address: Boolean(reply && reply.checked),
  };
}
