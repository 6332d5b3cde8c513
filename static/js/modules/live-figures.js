// Fetches the page's own figures again once the pulse says that the count has moved, and puts them
// in place of the old ones, but not while somebody is in the middle of them.

const BETWEEN_MS = 12000;

function replace(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
    if (!next || part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
    part.replaceChildren(...next.childNodes);
  }
}

export default function liveFigures() {
  let last = null;
  let timer = null;
  async function refresh() {
    timer = null;
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    replace(new DOMParser().parseFromString(await response.text(), "text/html"));
  }
  document.addEventListener("volante:pulse", ({ detail }) => {
    const isNews = last !== null && last !== detail.count;
    last = detail.count;
    if (isNews && !timer) timer = setTimeout(() => refresh().catch(() => {}), BETWEEN_MS);
  });
}
