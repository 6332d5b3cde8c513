// The data of a form as plain values: {field: text, or a list of texts if it has several}.

// Not kept: the hidden honeypot field, and proofs that are valid only once.
const NOT_KEPT = new Set(["website", "altcha"]);
const NOT_TYPED = new Set(["hidden", "submit", "button", "image", "reset", "file", "fieldset"]);

/** Return everything the form would send, except the honeypot and the proof of work. */
export function wordsOf(form) {
  const words = {};
  for (const [name, value] of new FormData(form)) {
    if (NOT_KEPT.has(name) || typeof value !== "string") continue;
    words[name] = name in words ? [].concat(words[name], value) : value;
  }
  return words;
}

/** Return the same data as a request body. */
export function bodyOf(words) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) {
    for (const text of [].concat(value)) body.append(name, text);
  }
  return body;
}

const isTick = (field) => field.type === "radio" || field.type === "checkbox";

function isUntouched(field) {
  if (isTick(field)) return field.checked === field.defaultChecked;
  if (field.type !== "select-one") return field.value === "";
  const first = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex === Math.max(0, first);
}

function put(field, texts) {
  if (isTick(field)) {
    if (texts.includes(field.value)) field.checked = true;
    return;
  }
  const isListed = ({ value }) => value === texts[0];
  if (field.type !== "select-one" || [...field.options].some(isListed)) [field.value] = texts;
}

/** Restore kept values in fields that neither the server nor the browser has filled. */
export function restoreWords(form, words) {
  const fields = [...form.elements].filter(
    (field) => field.name in words && !NOT_KEPT.has(field.name) && !NOT_TYPED.has(field.type),
  );
  for (const field of fields.filter(isUntouched)) put(field, [].concat(words[field.name]));
}
