// A search field above a long list of time zones. It keeps those that match part of a city,
// country, region or offset. The list stays the browser's own, and its selection is what is sent.

const DIACRITICS = /\p{M}/gu;

/** @param {string} text */
function fold(text) {
  return text.normalize("NFKD").replace(DIACRITICS, "").toLowerCase().replace(/[−_/]/g, (character) => (character === "−" ? "-" : " "));
}

/**
 * @param {WithData<HTMLSelectElement>} select
 * @param {HTMLElement} field
 */
function build(select, field) {
  const search = document.createElement("input");
  search.type = "search";
  search.className = "input";
  search.id = `${select.id}-search`;
  search.autocomplete = "off";
  search.placeholder = select.dataset.search;
  search.setAttribute("aria-label", select.dataset.search);
  search.setAttribute("aria-controls", select.id);
  const status = document.createElement("p");
  status.className = "hint zone-status";
  status.setAttribute("role", "status");
  select.before(search, status);
  field.classList.add("field--zone");
  return { search, status };
}

/** @param {WithData<HTMLSelectElement>} select */
export default function timeZoneFilter(select) {
  const { search, status } = build(select, /** @type {HTMLElement} */ (select.closest(".field")));
  const groups = [...select.querySelectorAll("optgroup")].map((group) => ({
    group,
    options: [.../** @type {Iterable<HTMLOptionElement>} */ (group.children)].map((option) => ({ option, text: fold(`${option.text} ${option.value} ${group.label}`) })),
  }));
  let chosen = select.value;

  /** @param {string[]} terms */
  function filterOptions(terms) {
    /** @type {string[]} */
    const matches = [];
    for (const { group, options } of groups) {
      const matching = options.filter(({ text }) => terms.every((term) => text.includes(term)));
      group.replaceChildren(...matching.map(({ option }) => option));
      matches.push(...matching.map(({ option }) => option.value));
    }
    select.replaceChildren(...groups.map(({ group }) => group).filter((group) => group.children.length));
    return matches;
  }

  function update() {
    const terms = fold(search.value).split(/\s+/).filter(Boolean);
    const selected = select.value;
    const matches = filterOptions(terms);
    const isEmpty = !matches.length;
    if (isEmpty) filterOptions([]);
    if (!terms.length) select.value = selected;
    else select.value = isEmpty || matches.includes(chosen) ? chosen : matches[0];
    if (!terms.length) status.textContent = "";
    else status.textContent = isEmpty ? select.dataset.nothing : select.selectedOptions[0].text;
    if (select.value !== selected) select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function remember() {
    chosen = select.value;
  }

  search.addEventListener("input", update);
  search.addEventListener("blur", remember);
  search.addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "ArrowDown"].includes(event.key)) return;
    // Enter would send the form before the selection has been seen.
    event.preventDefault();
    select.focus();
  });
  select.addEventListener("change", (event) => event.isTrusted && remember());
}
