// Check-in at an event: the list filters while someone types and stays fresh, one press checks in,
// and the camera reads codes.

import { debounce } from "../lib/debounce.js";
import { offerScanner } from "../organize/check-in-scanner.js";
import { urlEncoded } from "../parts/form-values.js";
import { getElement } from "../parts/get-element.js";
import { DONE, poll } from "../parts/poll.js";

const TYPING_MS = 250;
const REFRESH_MS = 5000;
// Each response has a new token, which does not change the list.
const TOKEN = /name="csrf_token" value="[^"]*"/g;

/**
 * Return a function that shows in `output` how a check-in went.
 *
 * @param {HTMLElement} output
 * @returns {(kind: string, text: string) => void}
 */
function resultWriter(output) {
  return (kind, text) => {
    output.className = `check-in-result check-in-result--${kind}`;
    // Empty it first, so that screen readers repeat the same text.
    output.textContent = "";
    requestAnimationFrame(() => {
      output.textContent = text;
    });
  };
}

/**
 * Return a function that fetches the list for the text in `input` and shows it.
 *
 * It resolves to whether it got the list, or to DONE if the organizer was signed out.
 *
 * @param {HTMLElement} list
 * @param {HTMLInputElement} input
 * @param {string} address
 * @returns {() => Promise<boolean | "done">}
 */
function listRefresher(list, input, address) {
  /** @type {AbortController | null} */
  let controller = null;
  let shown = "";
  return async () => {
    if (controller) controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    try {
      const response = await fetch(`${address}?${new URLSearchParams({ words: input.value })}`, { signal });
      // A redirect means that the organizer was signed out. The response is a page, not the list.
      if (response.redirected) return DONE;
      if (!response.ok) return false;
      const text = await response.text();
      // Replace only a changed list, because a finger may be on a button.
      const comparable = text.replace(TOKEN, "");
      if (comparable !== shown) {
        list.innerHTML = text;
        shown = comparable;
      }
      return true;
    } catch (error) {
      // Without a network the last list stays. Pressing a button reports the problem.
      return signal.aborted;
    }
  };
}

/** @param {WithData} root */
export default function checkIn(root) {
  /** @type {HTMLInputElement} */
  const input = getElement(root, "#words");
  const list = getElement(root, "[data-check-in-list]");
  const { dataset } = root;
  const showResult = resultWriter(getElement(root, "[data-verdict]"));
  const refresh = listRefresher(list, input, dataset.list);

  /**
   * @param {string} address
   * @param {URLSearchParams} body
   */
  const send = async (address, body) => {
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": dataset.token };
      const response = await fetch(address, { method: "POST", headers, body });
      if (response.redirected) {
        location.reload();
        return;
      }
      const { kind, words: message } = await response.json();
      showResult(kind, message);
      if (navigator.vibrate) navigator.vibrate(kind === "success" ? 60 : [60, 80, 60]);
    } catch (error) {
      showResult("danger", dataset.lost);
    }
    await refresh();
  };

  list.addEventListener("submit", (event) => {
    /** @type {HTMLFormElement | null} */
    const form = /** @type {Element} */ (event.target).closest("[data-check-in-form]");
    if (!form) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    send(form.getAttribute("action") ?? "", urlEncoded(form)).finally(() => form.removeAttribute("aria-busy"));
  });
  const refreshSoon = debounce(TYPING_MS, refresh);
  input.addEventListener("input", () => refreshSoon());
  input.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    refresh();
  });
  poll(() => REFRESH_MS, refresh);

  offerScanner(root, {
    onCode: (code) => send(dataset.checkIn, new URLSearchParams({ code })),
    onRefused: () => showResult("danger", dataset.noCamera),
  });
  // Someone may have typed before this script started.
  if (input.value !== input.defaultValue) refresh();
}
