// A form that is sent once: the second press of a double click sends nothing.

import { guardSubmit } from "../parts/submit-guard.js";

/** @param {HTMLFormElement} form */
export default function submitOnce(form) {
  guardSubmit(form);
}
