// Sends a form's data to the server while someone types. Supporters' data is stored there,
// encrypted and erased in time, and not in a browser that others may use tomorrow.

import { urlEncoded } from "./form-values.js";
import { getElement, getField } from "./get-element.js";

/** @import { SheetAnswer } from "../../../types/forms" */

const PAUSE_MS = 700;
const RETRY_MS = 4000;

/**
 * Return a function to call at each change. `onResults` gets the server's result for each row.
 *
 * @param {HTMLFormElement} form
 * @param {(results: SheetAnswer["rows"]) => void} onResults
 * @returns {() => void}
 */
export function autosave(form, onResults) {
  const status = getElement(form, "[data-status]");
  const version = getField(form, "version");
  const headers = { Accept: "application/json" };
  /** @type {number | null} */
  let timer = null;
  /** @type {Promise<void> | null} */
  let saving = null;
  let isDirty = false;
  let isOutdated = false;

  /** @param {string} key */
  const setStatus = (key) => {
    status.textContent = status.dataset[key] ?? "";
    status.dataset.is = key;
  };
  const save = async () => {
    isDirty = false;
    setStatus("saving");
    try {
      const body = urlEncoded(form);
      const response = await fetch(form.action, { method: "POST", body, headers, redirect: "error" });
      if (response.status === 409) {
        isOutdated = true;
        setStatus("overtaken");
        return;
      }
      if (!response.ok) throw new Error(response.statusText);
      /** @type {SheetAnswer} */
      const result = await response.json();
      version.value = result.version;
      onResults(result.rows);
      if (!isDirty) setStatus("saved");
    } catch (error) {
      isDirty = true;
      setStatus("offline");
      timer = setTimeout(saveNext, RETRY_MS);
    }
  };
  const saveNext = async () => {
    timer = null;
    if (saving) await saving;
    if (isDirty && !isOutdated && !saving) {
      saving = save();
      await saving;
      saving = null;
    }
  };

  /** @param {Event} event */
  const leave = async (event) => {
    // A running request changes the version token in `version`, so the buttons wait for it.
    event.preventDefault();
    const submitted = /** @type {HTMLFormElement} */ (event.currentTarget);
    if (submitted.hasAttribute("aria-busy")) return;
    submitted.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    if (saving) await saving;
    clearTimeout(timer);
    isDirty = false;
    getField(submitted, "version").value = version.value;
    submitted.submit();
  };
  // One form checks what was typed, the other discards it.
  const other = /** @type {HTMLFormElement} */ (form.nextElementSibling);
  for (const target of [form, other]) target.addEventListener("submit", leave);
  addEventListener("beforeunload", (event) => {
    if (isDirty || saving) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    // A page restored from the back/forward cache has an outdated version token.
    if (event.persisted) location.reload();
  });

  return () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(saveNext, PAUSE_MS);
  };
}
