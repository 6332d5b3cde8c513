// Hands the page to the phone's own sharing sheet, where there is one.

export default function share(button) {
  if (!navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const { title, text, url } = button.dataset;
    // Closing the sheet rejects the promise; that is a choice and no error.
    navigator.share({ title, text, url: url || window.location.href }).catch(() => {});
  });
}
