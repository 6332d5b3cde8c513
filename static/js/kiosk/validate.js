// The same validation and friendly messages as on the server. What only the server can know, it
// checks later.

/** @import { FieldError, FormRules, Person, PostalCodes, TextField } from "../../../types/kiosk" */

const MAX_LENGTHS = { name: 80, answer: 500, prompt: 2000, comment: 500, postal_code: 16, email: 254, local: 64 };
const LETTER = /\p{L}/u;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\n-\u001f\u007f-\u009f\ud800-\udfff]/u;
const LINK =
  /@|:\/\/|\bwww\d?\.|[\p{L}\d_][.。](com|net|org|info|biz|edu|xyz|top|club|shop|store|online|site|website|link|app|dev|news|blog)(?![\p{L}\d_-])/iu;
const LABEL = /^[\p{L}\d]([\p{L}\d-]{0,61}[\p{L}\d])?$/u;
const LOCAL = /^[^\s@.,;:<>()[\]\\"]+(\.[^\s@.,;:<>()[\]\\"]+)*$/;
const SEPARATORS = /[\s.,\-\u2010-\u2015\u2212]+/g;
const PREFIX = /^(CP|CEP|PC|PLZ|ZIP|[A-Z]{1,2})(?=\d)/;

/** @param {string} text */
const length = (text) => [...text.normalize("NFC")].length;

/**
 * @param {string} text
 * @returns {FieldError | null}
 */
function nameError(text) {
  const name = text.trim();
  if (CONTROL.test(name)) return ["name_control"];
  if (LINK.test(name)) return ["name_link"];
  if (!LETTER.test(name)) return ["name_no_letter"];
  return length(name) > MAX_LENGTHS.name ? ["name_long"] : null;
}

/**
 * @param {string} text
 * @returns {FieldError | null}
 */
function emailError(text) {
  const typed = text.trim();
  const [local, domain = "", ...others] = typed.split("@");
  const labels = domain.split(".");
  if (!typed.includes("@")) return ["email_no_at"];
  if (others.length) return ["email_several"];
  if (typed.length > MAX_LENGTHS.email || local.length > MAX_LENGTHS.local) return ["email_long"];
  if (/\s/.test(typed)) return ["email_spaces"];
  if (!labels.filter(Boolean)[1]) return ["email_ending"];
  if (!labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels[labels.length - 1])) {
    return ["email_domain"];
  }
  return LOCAL.test(local) ? null : ["email_local"];
}

// `format` is the country's pattern and example codes. Codes are accepted with their separators,
// without them, or with those of an example.
/**
 * @param {string} text
 * @param {PostalCodes[string] | undefined} format
 * @returns {FieldError | null}
 */
function postalCodeError(text, format) {
  const typed = text.trim().toUpperCase().normalize("NFKC");
  if (!format) return length(typed) > MAX_LENGTHS.postal_code ? ["too_long"] : null;
  const [pattern, examples] = format;
  const bare = typed.replace(SEPARATORS, "");
  const anchored = new RegExp(`^(?:${pattern})$`);
  const candidates = [typed, bare, bare.replace(PREFIX, "")];
  for (const example of examples) {
    let rest = bare;
    const asExample = [...example].map((character) => {
      if (/[^A-Z0-9]/i.test(character)) return character;
      const next = rest.slice(0, 1);
      rest = rest.slice(1);
      return next;
    });
    if (!rest) candidates.push(asExample.join(""));
  }
  return candidates.some((each) => anchored.test(each)) ? null : ["postal_code", { example: examples[0] }];
}

/**
 * Return [code, values] for each error by field name.
 *
 * Errors of a petition's own questions are named `slug/name`. `rules` has `required` (a Set),
 * `isEmailRequired`, `questions` with their petition, and `letters`.
 *
 * @param {Person} person
 * @param {FormRules} rules
 * @param {PostalCodes} postalCodes
 * @returns {Record<string, FieldError>}
 */
export function validatePerson(person, rules, postalCodes) {
  /** @type {Record<string, FieldError>} */
  const errors = {};
  /**
   * @param {string} name
   * @param {FieldError | null} error
   */
  const addError = (name, error) => {
    if (error) errors[name] = error;
  };
  /** @param {TextField} name */
  const isBlank = (name) => !person[name].trim();
  const format = postalCodes[person.country];
  addError("given_name", isBlank("given_name") ? ["given_name"] : nameError(person.given_name));
  if (!isBlank("family_name")) addError("family_name", nameError(person.family_name));
  else if (rules.required.has("family_name")) addError("family_name", ["family_name"]);
  if (!isBlank("email")) addError("email", emailError(person.email));
  else if (rules.isEmailRequired) addError("email", ["email"]);
  if (isBlank("country") && rules.required.has("country")) addError("country", ["country"]);
  if (!isBlank("postal_code")) addError("postal_code", postalCodeError(person.postal_code, format));
  else if (rules.required.has("postal_code") && (!person.country || format)) {
    addError("postal_code", ["postal_code_missing"]);
  }
  const commentLength = length(person.comment.trim());
  if (commentLength > MAX_LENGTHS.comment) addError("comment", ["too_long"]);
  else if (!commentLength && rules.required.has("comment")) addError("comment", ["comment"]);
  for (const { slug, question } of rules.questions) {
    const answer = (person.answers[slug] || {})[question.name];
    const maxLength = question.type === "prompt" ? MAX_LENGTHS.prompt : MAX_LENGTHS.answer;
    const isLong = typeof answer === "string" && length(answer) > maxLength;
    const isMissing = question.required && !(answer === true || String(answer || "").trim());
    if (isMissing || isLong) addError(`${slug}/${question.name}`, [isLong ? "too_long" : "answer"]);
  }
  for (const { slug, letter } of rules.letters || []) {
    const n = person.kindData[slug].targets.length;
    if (!n) addError(`${slug}/targets`, ["targets"]);
    else if (n > letter.most_targets) addError(`${slug}/targets`, ["targets_over", { most: letter.most_targets }]);
  }
  return errors;
}

/**
 * Return "a•••@correo.mx": enough for the person to recognize their own address.
 *
 * @param {string} address
 * @returns {string}
 */
export function maskEmail(address) {
  const at = address.lastIndexOf("@");
  return `${at > 1 ? address[0] : ""}•••${address.slice(at)}`;
}
