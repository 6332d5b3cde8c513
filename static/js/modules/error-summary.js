// Links errors to their fields: the summary takes focus, and its links put the cursor into the
// field.

const FIELDS = "input:not([type=hidden]), select, textarea";

/** @param {HTMLElement} summary */
export default function errorSummary(summary) {
  if (!summary.hasAttribute("tabindex")) summary.tabIndex = -1;
  summary.addEventListener("click", (event) => {
    /** @type {HTMLAnchorElement | null} */
    const link = /** @type {Element} */ (event.target).closest("a[href^='#']");
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    const field = target.matches(FIELDS) ? target : target.querySelector(FIELDS) || target;
    event.preventDefault();
    // Scroll to the label as well, because it says what to enter.
    const { labels } = /** @type {HTMLInputElement} */ (field);
    const heading = (labels && labels[0]) || target;
    heading.scrollIntoView();
    field.focus({ preventScroll: true });
  });
  summary.focus();
}
