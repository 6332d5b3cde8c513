// Search as you type: requests the page again and swaps in its results. The address is replaced
// without filling the history. The result is announced after a pause in typing.

const REST_MS = 250;
const MIN_LENGTH = 2;

async function ask(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function followLanguages(page) {
  for (const link of document.querySelectorAll(".tongues a[hreflang]")) {
    const there = page.querySelector(`.tongues a[hreflang="${link.hreflang}"]`);
    if (there) link.setAttribute("href", there.getAttribute("href"));
  }
}

function show(page, results, status) {
  results.replaceChildren(...page.querySelector("[data-search-results]").childNodes);
  document.title = page.title;
  status.textContent = results.querySelector("h1").textContent;
  followLanguages(page);
}

export default function search(form) {
  const results = document.querySelector("[data-search-results]");
  const status = document.querySelector("[data-search-status]");
  let asking = new AbortController();
  let rest = 0;
  let shown = new URLSearchParams(new FormData(form)).toString();

  async function update() {
    const wish = new URLSearchParams(new FormData(form)).toString();
    const letters = form.elements.q.value.trim().length;
    if (wish === shown || (letters && letters < MIN_LENGTH)) return;
    asking.abort();
    asking = new AbortController();
    const url = `${form.action}?${wish}`;
    results.setAttribute("aria-busy", "true");
    try {
      show(await ask(url, asking.signal), results, status);
      shown = wish;
      history.replaceState(null, "", url);
    } catch (error) {
      // Without a network the button still sends the search, and the browser reports the problem.
      if (error.name === "AbortError") return;
    }
    results.removeAttribute("aria-busy");
  }

  form.addEventListener("input", (event) => {
    clearTimeout(rest);
    rest = setTimeout(update, event.isComposing ? REST_MS * 4 : REST_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(rest);
    asking.abort();
  });
}
