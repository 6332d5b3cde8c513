// A button that prints its page.

export default function printPage(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
