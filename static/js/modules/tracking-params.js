// How someone came to this page: by a supporter's link, or with a campaign's code. Both are added
// to the form, and to links to a petition or to this page in another language.

const MAX_LENGTH = 40;
const PARAMS = ["by", "source"];
const TRACKED_LINKS = 'a[hreflang], a[href*="/petitions/"]';

/** @param {HTMLElement} element */
export default function trackingParams(element) {
  const query = new URLSearchParams(window.location.search);
  const valueOf = (/** @type {string} */ name) => query.get(name) ?? "";
  const present = PARAMS.filter((name) => valueOf(name) && valueOf(name).length <= MAX_LENGTH);
  if (!present.length) return;
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = element.querySelectorAll('input[name="by"], input[name="source"]');
  for (const field of fields) {
    if (!field.value && present.includes(field.name)) field.value = valueOf(field.name);
  }
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(TRACKED_LINKS);
  for (const link of links) {
    const target = new URL(link.href);
    if (target.origin !== window.location.origin || link.closest("[data-share], [data-referrals]")) continue;
    for (const name of present) target.searchParams.set(name, valueOf(name));
    link.href = target.href;
  }
  if (!query.get("by")) return;
  for (const part of element.querySelectorAll("[data-referrals]")) part.hidden = false;
}
