// A button that prints the page it is on.

export default function printPage(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
