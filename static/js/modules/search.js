// Search as you type: requests the page again and swaps in its results. The address is replaced
// without filling the history. The result is announced after a pause in typing.

import { isEdited } from "../parts/form-values.js";

const TYPING_MS = 250;
const MIN_LENGTH = 2;

async function fetchPage(url, signal) {
  const response = await fetch(url, { signal, headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function updateLanguageLinks(page) {
  for (const link of document.querySelectorAll(".language-switch a[hreflang]")) {
    const fresh = page.querySelector(`.language-switch a[hreflang="${link.hreflang}"]`);
    if (fresh) link.setAttribute("href", fresh.getAttribute("href"));
  }
}

function show(page, results, status) {
  results.replaceChildren(...page.querySelector("[data-search-results]").childNodes);
  document.title = page.title;
  status.textContent = results.querySelector("h1").textContent;
  updateLanguageLinks(page);
}

export default function search(form) {
  const results = document.querySelector("[data-search-results]");
  const status = document.querySelector("[data-search-status]");
  let controller = new AbortController();
  let timer = 0;
  // The results on the page are not those of a query typed before this script started.
  const wasEdited = isEdited(form);
  let shownQuery = wasEdited ? null : new URLSearchParams(new FormData(form)).toString();

  async function update() {
    const query = new URLSearchParams(new FormData(form)).toString();
    const length = form.elements.q.value.trim().length;
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
      if (error.name === "AbortError") return;
    }
    results.removeAttribute("aria-busy");
  }

  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(update, event.isComposing ? TYPING_MS * 4 : TYPING_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    controller.abort();
  });
  if (wasEdited) update();
}
