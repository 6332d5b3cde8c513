// How someone came to this page: by a supporter's link, or with a campaign's code. Both are added
// to the form, and to links to a petition or to this page in another language.

const MAX_LENGTH = 40;
const WAYS = ["by", "source"];
const LINKS = 'a[hreflang], a[href*="/petitions/"]';

export default function arrival(element) {
  const asked = new URLSearchParams(window.location.search);
  const came = WAYS.filter((name) => asked.get(name) && asked.get(name).length <= MAX_LENGTH);
  if (!came.length) return;
  for (const field of element.querySelectorAll('input[name="by"], input[name="source"]')) {
    if (!field.value && came.includes(field.name)) field.value = asked.get(field.name);
  }
  for (const link of document.querySelectorAll(LINKS)) {
    const there = new URL(link.href);
    if (there.origin !== window.location.origin || link.closest("[data-share], [data-brought]")) continue;
    for (const name of came) there.searchParams.set(name, asked.get(name));
    link.href = there.href;
  }
  if (!asked.get("by")) return;
  for (const word of element.querySelectorAll("[data-brought]")) word.hidden = false;
}
