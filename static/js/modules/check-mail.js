// The page after signing. It greets by name and offers to send the email again or to correct the
// form, using what this tab remembers.

import { forgetDraft, keepDraft } from "../lib/drafts.js";
import { fill } from "../lib/sentences.js";
import { signedOf } from "../lib/signed.js";
import { resend } from "../parts/resend.js";

export default function checkMail(element) {
  const { petition } = element.dataset;
  const signed = signedOf(petition);
  const all = (selector) => element.querySelectorAll(selector);
  for (const part of all("[data-resend], [data-correct], [data-waiting]")) part.hidden = !signed;
  for (const part of all("[data-unsigned]")) part.hidden = Boolean(signed);
  if (!signed) return;
  forgetDraft(petition);
  for (const greeting of all("[data-greeting]")) {
    greeting.textContent = fill(greeting.dataset.text, {
      name: signed.given_name,
      email: signed.email,
    });
    greeting.hidden = false;
  }
  const button = element.querySelector("[data-resend]");
  const status = element.querySelector("[data-resend-status]");
  if (status) status.setAttribute("role", "status");
  if (button) resend(button, status, signed);
  for (const link of all("[data-correct]")) {
    link.addEventListener("click", () => keepDraft(petition, signed.form));
  }
}
