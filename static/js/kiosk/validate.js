// The same validation and friendly messages as on the server. What only the server can know, it
// checks later.

const MAX_LENGTHS = { name: 80, answer: 500, comment: 500, postal_code: 16, email: 254, local: 64 };
const LETTER = /\p{L}/u;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\n-\u001f\u007f-\u009f\ud800-\udfff]/u;
const LINK =
  /@|:\/\/|\bwww\d?\.|[\p{L}\d_][.。](com|net|org|info|biz|edu|xyz|top|club|shop|store|online|site|website|link|app|dev|news|blog)(?![\p{L}\d_-])/iu;
const LABEL = /^[\p{L}\d]([\p{L}\d-]{0,61}[\p{L}\d])?$/u;
const LOCAL = /^[^\s@.,;:<>()[\]\\"]+(\.[^\s@.,;:<>()[\]\\"]+)*$/;
const SEPARATORS = /[\s.,\-\u2010-\u2015\u2212]+/g;
const LEAD = /^(CP|CEP|PC|PLZ|ZIP|[A-Z]{1,2})(?=\d)/;

const length = (text) => [...text.normalize("NFC")].length;

function nameFault(text) {
  const name = text.trim();
  if (CONTROL.test(name)) return ["name_control"];
  if (LINK.test(name)) return ["name_link"];
  if (!LETTER.test(name)) return ["name_no_letter"];
  return length(name) > MAX_LENGTHS.name ? ["name_long"] : null;
}

function emailFault(text) {
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

// `shape` is the country's pattern and example codes. Codes are accepted with their separators,
// without them, or with those of an example.
function postalFault(text, shape) {
  const typed = text.trim().toUpperCase().normalize("NFKC");
  if (!shape) return length(typed) > MAX_LENGTHS.postal_code ? ["too_long"] : null;
  const [pattern, examples] = shape;
  const bare = typed.replace(SEPARATORS, "");
  const right = new RegExp(`^(?:${pattern})$`);
  const written = [typed, bare, bare.replace(LEAD, "")];
  for (const example of examples) {
    let left = bare;
    const asExample = [...example].map((sign) => {
      if (/[^A-Z0-9]/i.test(sign)) return sign;
      const next = left.slice(0, 1);
      left = left.slice(1);
      return next;
    });
    if (!left) written.push(asExample.join(""));
  }
  return written.some((each) => right.test(each)) ? null : ["postal_code", { example: examples[0] }];
}

/**
 * Return [code, values] for each error by field name.
 *
 * Errors of a petition's own questions are named `slug/name`. `asks` has `required` (a Set),
 * `isEmailRequired`, and `questions` with their petition.
 */
export function faultsOf(person, asks, postalCodes) {
  const faults = {};
  const wants = (name, fault) => {
    if (fault) faults[name] = fault;
  };
  const missing = (name) => !person[name].trim();
  const shape = postalCodes[person.country];
  wants("given_name", missing("given_name") ? ["given_name"] : nameFault(person.given_name));
  if (!missing("family_name")) wants("family_name", nameFault(person.family_name));
  else if (asks.required.has("family_name")) wants("family_name", ["family_name"]);
  if (!missing("email")) wants("email", emailFault(person.email));
  else if (asks.isEmailRequired) wants("email", ["email"]);
  if (missing("country") && asks.required.has("country")) wants("country", ["country"]);
  if (!missing("postal_code")) wants("postal_code", postalFault(person.postal_code, shape));
  else if (asks.required.has("postal_code") && (!person.country || shape)) {
    wants("postal_code", ["postal_code_missing"]);
  }
  const words = length(person.comment.trim());
  if (words > MAX_LENGTHS.comment) wants("comment", ["too_long"]);
  else if (!words && asks.required.has("comment")) wants("comment", ["comment"]);
  for (const { slug, question } of asks.questions) {
    const answer = (person.answers[slug] || {})[question.name];
    const isLong = typeof answer === "string" && length(answer) > MAX_LENGTHS.answer;
    const isMissing = question.required && !(answer === true || String(answer || "").trim());
    if (isMissing || isLong) wants(`${slug}/${question.name}`, [isLong ? "too_long" : "answer"]);
  }
  return faults;
}

/** Return "a•••@correo.mx": enough for the person to recognize their own address. */
export function mask(address) {
  const at = address.lastIndexOf("@");
  return `${at > 1 ? address[0] : ""}•••${address.slice(at)}`;
}
