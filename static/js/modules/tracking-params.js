// How someone came to this page: by a supporter's link, or with a campaign's code. Both are added
// to the form, and to links to a petition or to this page in another language.

const MAX_LENGTH = 40;
const PARAMS = ["by", "source"];
const TRACKED_LINKS = 'a[hreflang], a[href*="/petitions/"]';

export default function trackingParams(element) {
  const query = new URLSearchParams(window.location.search);
  const present = PARAMS.filter((name) => query.get(name) && query.get(name).length <= MAX_LENGTH);
  if (!present.length) return;
  for (const field of element.querySelectorAll('input[name="by"], input[name="source"]')) {
    if (!field.value && present.includes(field.name)) field.value = query.get(field.name);
  }
  for (const link of document.querySelectorAll(TRACKED_LINKS)) {
    const target = new URL(link.href);
    if (target.origin !== window.location.origin || link.closest("[data-share], [data-referrals]")) continue;
    for (const name of present) target.searchParams.set(name, query.get(name));
    link.href = target.href;
  }
  if (!query.get("by")) return;
  for (const part of element.querySelectorAll("[data-referrals]")) part.hidden = false;
}
