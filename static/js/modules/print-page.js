// A button that prints its page.

/** @param {HTMLElement} button */
export default function printPage(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
