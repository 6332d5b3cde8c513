// The data of a form as plain values: {field: text, or a list of texts if it has several}.

// Not kept: the hidden honeypot field, and proofs that are valid only once.
const NEVER_STORED = new Set(["website", "altcha"]);
const NOT_EDITABLE = new Set(["hidden", "submit", "button", "image", "reset", "file", "fieldset"]);

/** Return everything the form would send, except the honeypot and the proof of work. */
export function formValues(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (NEVER_STORED.has(name) || typeof value !== "string") continue;
    values[name] = name in values ? [].concat(values[name], value) : value;
  }
  return values;
}

/** Return the same data as a request body. */
export function requestBody(values) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const text of [].concat(value)) body.append(name, text);
  }
  return body;
}

const isCheckable = (field) => field.type === "radio" || field.type === "checkbox";

function isDefault(field) {
  if (isCheckable(field)) return field.checked === field.defaultChecked;
  if (field.type !== "select-one") return field.value === field.defaultValue;
  const first = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex === Math.max(0, first);
}

function isUntouched(field) {
  return isCheckable(field) || field.type === "select-one" ? isDefault(field) : field.value === "";
}

/**
 * Return whether a field of `form` differs from what the server sent.
 *
 * A script starts after the page is shown: someone may have typed by then, or the browser may have
 * restored the fields.
 */
export function isEdited(form) {
  return [...form.elements].some((field) => !NOT_EDITABLE.has(field.type) && "name" in field && !isDefault(field));
}

function fillField(field, texts) {
  if (isCheckable(field)) {
    if (texts.includes(field.value)) field.checked = true;
    return;
  }
  const isListed = ({ value }) => value === texts[0];
  if (field.type !== "select-one" || [...field.options].some(isListed)) [field.value] = texts;
}

/** Restore kept values in fields that neither the server nor the browser has filled. */
export function restoreValues(form, values) {
  const fields = [...form.elements].filter(
    (field) => field.name in values && !NEVER_STORED.has(field.name) && !NOT_EDITABLE.has(field.type),
  );
  for (const field of fields.filter(isUntouched)) fillField(field, [].concat(values[field.name]));
}
