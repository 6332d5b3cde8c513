// Opens the phone's own share dialog, if there is one.

/** @param {WithData} button */
export default function share(button) {
  if (!navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const { title, text, url } = button.dataset;
    // Closing the dialog rejects the promise. That is a choice, not an error.
    navigator.share({ title, text, url: url || window.location.href }).catch(() => {});
  });
}
