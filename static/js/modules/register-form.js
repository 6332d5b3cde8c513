// The registration form of an event: one press is one registration, and a mistyped email is
// noticed.

import { mailSuggestion } from "../parts/mail-suggestion.js";
import { guardSending } from "../parts/sending.js";

export default function registerForm(form) {
  mailSuggestion(form);
  guardSending(form, () => {});
}
