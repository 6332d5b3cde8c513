// The parts of a page that change while one looks: each stands in an element with data-live.

function replace(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
    // Not while somebody is in the middle of them, and not where nothing changed: a status would be read out again.
    if (!next || part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
    if (next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

/** Fetch the present page again, and put its live parts in place of the old ones; false where it has moved. */
export async function refreshLiveParts() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return false;
  replace(new DOMParser().parseFromString(await response.text(), "text/html"));
  return true;
}
