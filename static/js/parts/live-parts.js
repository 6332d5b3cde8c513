// The parts of a page that change while it is open: each is an element with data-live.

/** @param {Document} page */
function replaceParts(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = page.querySelector(`[data-live="${CSS.escape(part.dataset.live ?? "")}"]`);
    // Skip parts someone is using. Skip unchanged parts too, or a status would be read out again.
    if (!next || part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
    if (next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

/**
 * Fetch the current page again and replace its live parts. Return false if it has moved.
 *
 * @returns {Promise<boolean>}
 */
export async function refreshLiveParts() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return false;
  replaceParts(new DOMParser().parseFromString(await response.text(), "text/html"));
  return true;
}
