// The form under an event: one press is one registration, and a slip in the address is noticed.

import { mailSuggestion } from "../parts/mail-suggestion.js";
import { guardSending } from "../parts/sending.js";

export default function registerForm(form) {
  mailSuggestion(form);
  guardSending(form, () => {});
}
