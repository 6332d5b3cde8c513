// The part of the form that only letters have: who it goes to, and its fixed texts around the prompts.

import { getElement } from "../../parts/get-element.js";
import { localized, message } from "../messages.js";
import { createElement } from "./elements.js";

/** @import { LetterData, LetterForm, LetterTarget, Petition } from "../../../../types/kiosk" */

const LETTER = "letter";

/**
 * Return what a letter's form has in the page's language, or undefined for a petition.
 *
 * @param {Petition} petition
 * @returns {LetterForm | undefined}
 */
export const letterOf = ({ kind, form }) => (kind === LETTER && localized(form)) || undefined;

/**
 * @param {string} id
 * @param {LetterTarget} target
 * @param {boolean} isOnly
 */
function createTarget(id, target, isOnly) {
  const box = createElement("input", { type: "checkbox", id, value: target.id, autocomplete: "off" });
  box.checked = isOnly;
  const text = createElement("span", { class: "choice-text" }, createElement("b", { dir: "auto" }), " ");
  text.append(createElement("span", { class: "hint", dir: "auto" }));
  return createElement("label", { class: "choice", "data-target": target.id }, box, text);
}

/**
 * Return the part of `petition`, with `prompts` between its fixed texts. translateLetter fills in its text.
 *
 * @param {Petition} petition
 * @param {number} index
 * @param {Element[]} prompts
 * @returns {HTMLElement}
 */
export function createLetter(petition, index, prompts) {
  const letter = /** @type {LetterForm} */ (letterOf(petition));
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
    createElement("p", { class: "kiosk-consent", "data-delivery": "" }),
  ];
  if (letter.offers_reply) {
    const box = createElement("input", { type: "checkbox", id: `${id}-reply`, autocomplete: "off" });
    const label = createElement("label", { for: `${id}-reply`, "data-reply": "" });
    parts.push(createElement("div", { class: "checkbox kiosk-checkbox" }, box, label));
  }
  return createElement("section", { class: "kiosk-letter", "data-letter": petition.slug }, ...parts);
}

/**
 * @param {ParentNode} container
 * @param {{ slug: string }} petition
 */
const sectionOf = (container, { slug }) => getElement(container, `[data-letter="${CSS.escape(slug)}"]`);

/**
 * Show the letter in the page's language. Its title is shown if it is one of several actions.
 *
 * @param {ParentNode} container
 * @param {Petition} petition
 * @param {boolean} hasTitle
 */
export function translateLetter(container, petition, hasTitle) {
  const letter = /** @type {LetterForm} */ (letterOf(petition));
  /** @param {string} name */
  const find = (name) => getElement(sectionOf(container, petition), `[data-${name}]`);
  const texts = {
    title: localized(petition.title),
    to: message("letter_goes_to"),
    opening: letter.opening,
    closing: letter.closing,
    signed: message(letter.asks_postal_code ? "letter_signed_postal" : "letter_signed"),
    delivery: letter.delivery,
    ...(letter.offers_reply ? { reply: message("letter_reply") } : {}),
  };
  for (const [name, text] of Object.entries(texts)) {
    find(name).textContent = text;
    find(name).hidden = !text;
  }
  find("title").hidden = !hasTitle;
  for (const target of letter.targets) {
    const label = find(`target="${target.id}"`);
    getElement(label, "b").textContent = target.name;
    getElement(label, ".hint").textContent = target.about;
  }
}

/**
 * Return what the record needs beside the answers: the chosen targets, and whether they may reply.
 *
 * @param {ParentNode} container
 * @param {{ slug: string }} petition
 * @returns {LetterData}
 */
export function letterDataOf(container, petition) {
  const section = sectionOf(container, petition);
  /** @type {NodeListOf<HTMLInputElement>} */
  const chosen = section.querySelectorAll("[data-target] input:checked");
  /** @type {HTMLInputElement | null} */
  const reply = section.querySelector(".kiosk-checkbox input");
  return {
    targets: [...chosen].map(({ value }) => Number(value)),
    shares_address: Boolean(reply && reply.checked),
  };
}
