// The page after signing. It greets by name and offers to send the email again or to correct the
// form, using what this tab remembers.

import { deleteDraft, PETITION_DRAFTS, saveDraft } from "../lib/drafts.js";
import { interpolate } from "../lib/format.js";
import { loadSignature } from "../lib/last-signature.js";
import { resend } from "../parts/resend.js";

/** @param {WithData} element */
export default function checkEmail(element) {
  const { petition } = element.dataset;
  const signature = loadSignature(petition);
  /** @param {string} selector */
  const all = (selector) => element.querySelectorAll(selector);
  for (const part of all("[data-resend], [data-correct], [data-waiting]")) part.hidden = !signature;
  for (const part of all("[data-unsigned]")) part.hidden = Boolean(signature);
  if (!signature) return;
  deleteDraft(PETITION_DRAFTS, petition);
  for (const greeting of all("[data-greeting]")) {
    greeting.textContent = interpolate(greeting.dataset.text ?? "", {
      name: signature.given_name,
      email: signature.email,
    });
    greeting.hidden = false;
  }
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = element.querySelectorAll("[data-code-email]");
  for (const input of inputs) if (!input.value) input.value = signature.email;
  const button = element.querySelector("[data-resend]");
  const status = element.querySelector("[data-resend-status]");
  if (status) status.setAttribute("role", "status");
  if (button) resend(button, status, signature);
  for (const link of all("[data-correct]")) {
    link.addEventListener("click", () => saveDraft(PETITION_DRAFTS, petition, signature.form));
  }
}
