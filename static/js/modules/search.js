// Search as you type: requests the page again and swaps in its results. The address is replaced
// without filling the history. The result is announced after a pause in typing.

import { debounce } from "../lib/debounce.js";
import { isEdited, urlEncoded } from "../parts/form-values.js";
import { getElement, getField } from "../parts/get-element.js";

const TYPING_MS = 250;
const MIN_LENGTH = 2;

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function fetchPage(url, signal) {
  const response = await fetch(url, { signal, headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** @param {Document} page */
function updateLanguageLinks(page) {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".language-switch a[hreflang]");
  for (const link of links) {
    const fresh = page.querySelector(`.language-switch a[hreflang="${link.hreflang}"]`);
    if (fresh) link.setAttribute("href", fresh.getAttribute("href") ?? "");
  }
}

/**
 * @param {Document} page
 * @param {HTMLElement} results
 * @param {HTMLElement} status
 */
function show(page, results, status) {
  results.replaceChildren(...getElement(page, "[data-search-results]").childNodes);
  document.title = page.title;
  status.textContent = getElement(results, "h1").textContent;
  updateLanguageLinks(page);
}

/** @param {HTMLFormElement} form */
export default function search(form) {
  const results = getElement(document, "[data-search-results]");
  const status = getElement(document, "[data-search-status]");
  let controller = new AbortController();
  // The results on the page are not those of a query typed before this script started.
  const wasEdited = isEdited(form);
  let shownQuery = wasEdited ? null : urlEncoded(form).toString();

  async function update() {
    const query = urlEncoded(form).toString();
    const length = getField(form, "q").value.trim().length;
    if (query === shownQuery || (length && length < MIN_LENGTH)) return;
    controller.abort();
    controller = new AbortController();
    const url = `${form.action}?${query}`;
    results.setAttribute("aria-busy", "true");
    try {
      show(await fetchPage(url, controller.signal), results, status);
      shownQuery = query;
      history.replaceState(null, "", url);
    } catch (error) {
      // Without a network the button still sends the search, and the browser reports the problem.
      if (/** @type {Error} */ (error).name === "AbortError") return;
    }
    results.removeAttribute("aria-busy");
  }

  const updateSoon = debounce(TYPING_MS, update);
  form.addEventListener("input", (event) => updateSoon(event.isComposing ? TYPING_MS * 4 : TYPING_MS));
  form.addEventListener("submit", () => {
    updateSoon.cancel();
    controller.abort();
  });
  if (wasEdited) update();
}
