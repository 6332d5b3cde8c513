// The registration form of an event: one press is one registration, and a mistyped email is
// noticed.

import { emailSuggestion } from "../parts/email-suggestion.js";
import { guardSubmit } from "../parts/submit-guard.js";

// Signing up on a slow network takes longer than saving in the workspace.
const RELEASE_MS = 20000;

/** @param {HTMLFormElement} form */
export default function registrationForm(form) {
  emailSuggestion(form);
  guardSubmit(form, { releaseMs: RELEASE_MS });
}
