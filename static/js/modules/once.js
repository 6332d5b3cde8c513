// A form that is sent once: the second press of a double click sends nothing.

// A stopped navigation cannot be detected in the page, so the form is unlocked after a while.
const RESCUE_MS = 8000;

export default function once(form) {
  let isOut = false;
  const wake = () => {
    isOut = false;
    form.removeAttribute("aria-busy");
  };
  form.addEventListener("submit", (event) => {
    // A preview opens in another tab, and this form stays.
    if (event.submitter?.formTarget === "_blank") return;
    if (isOut) {
      event.preventDefault();
      return;
    }
    isOut = true;
    form.setAttribute("aria-busy", "true");
    setTimeout(wake, RESCUE_MS);
  });
  addEventListener("pageshow", wake);
}
