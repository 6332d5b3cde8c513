// A form that goes out once: the second press of a double click sends nothing.

// A navigation that was stopped leaves no sign in the page, so the form wakes by itself.
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
