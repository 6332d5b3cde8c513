// The data of a form as plain values: {field: text, or a list of texts if it has several}.

/** @import { FormValues } from "../../../types/forms" */

// Not kept: the hidden honeypot field, and proofs that are valid only once.
const NEVER_STORED = new Set(["website", "altcha"]);
const NOT_EDITABLE = new Set(["hidden", "submit", "button", "image", "reset", "file", "fieldset"]);

/**
 * Return everything the form would send, except the honeypot and the proof of work.
 *
 * @param {HTMLFormElement} form
 * @returns {FormValues}
 */
export function formValues(form) {
  /** @type {FormValues} */
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (NEVER_STORED.has(name) || typeof value !== "string") continue;
    values[name] = name in values ? [values[name], value].flat() : value;
  }
  return values;
}

/**
 * Return the same data as a request body.
 *
 * @param {FormValues} values
 * @returns {URLSearchParams}
 */
export function requestBody(values) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const text of [value].flat()) body.append(name, text);
  }
  return body;
}

/**
 * Return everything that a form without files would send, as a request body.
 *
 * @param {HTMLFormElement} form
 * @returns {URLSearchParams}
 */
export function urlEncoded(form) {
  return new URLSearchParams(/** @type {string[][]} */ ([...new FormData(form)]));
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} FormField */

/**
 * @param {FormField} field
 * @returns {field is HTMLInputElement}
 */
const isCheckable = (field) => field.type === "radio" || field.type === "checkbox";

/**
 * @param {FormField} field
 * @returns {field is HTMLSelectElement}
 */
const isSelect = (field) => field.type === "select-one";

/** @param {HTMLFormElement} form */
const fieldsOf = (form) => [.../** @type {Iterable<FormField>} */ (form.elements)];

/** @param {FormField} field */
function isDefault(field) {
  if (isCheckable(field)) return field.checked === field.defaultChecked;
  if (!isSelect(field)) return field.value === field.defaultValue;
  const first = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex === Math.max(0, first);
}

/** @param {FormField} field */
function isUntouched(field) {
  return isCheckable(field) || isSelect(field) ? isDefault(field) : field.value === "";
}

/**
 * Return whether a field of `form` differs from what the server sent.
 *
 * A script starts after the page is shown: someone may have typed by then, or the browser may have
 * restored the fields.
 *
 * @param {HTMLFormElement} form
 * @returns {boolean}
 */
export function isEdited(form) {
  return fieldsOf(form).some((field) => !NOT_EDITABLE.has(field.type) && "name" in field && !isDefault(field));
}

/**
 * @param {FormField} field
 * @param {string[]} texts
 */
function fillField(field, texts) {
  if (isCheckable(field)) {
    if (texts.includes(field.value)) field.checked = true;
    return;
  }
  /** @param {HTMLOptionElement} option */
  const isListed = ({ value }) => value === texts[0];
  if (!isSelect(field) || [...field.options].some(isListed)) [field.value] = texts;
}

/**
 * Restore kept values in fields that neither the server nor the browser has filled.
 *
 * @param {HTMLFormElement} form
 * @param {FormValues} values
 */
export function restoreValues(form, values) {
  const fields = fieldsOf(form).filter(
    (field) => field.name in values && !NEVER_STORED.has(field.name) && !NOT_EDITABLE.has(field.type),
  );
  for (const field of fields.filter(isUntouched)) fillField(field, [values[field.name]].flat());
}
