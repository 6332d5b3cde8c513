// Sends a form's data to the server while someone types. Supporters' data is stored there,
// encrypted and erased in time, and not in a browser that others may use tomorrow.

const PAUSE_MS = 700;
const AGAIN_MS = 4000;

/** Return a function to call at each change. `told` gets the server's result for each row. */
export function keeper(form, told) {
  const status = form.querySelector("[data-status]");
  const version = form.elements.namedItem("version");
  const headers = { Accept: "application/json" };
  let timer = null;
  let sending = null;
  let isDirty = false;
  let isOut = false;

  const say = (word) => {
    status.textContent = status.dataset[word];
    status.dataset.is = word;
  };
  const send = async () => {
    isDirty = false;
    say("saving");
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "error" });
      if (answer.status === 409) {
        isOut = true;
        say("overtaken");
        return;
      }
      if (!answer.ok) throw new Error(answer.statusText);
      const words = await answer.json();
      version.value = words.version;
      told(words.rows);
      if (!isDirty) say("saved");
    } catch (error) {
      isDirty = true;
      say("offline");
      timer = setTimeout(next, AGAIN_MS);
    }
  };
  const next = async () => {
    timer = null;
    if (sending) await sending;
    if (isDirty && !isOut && !sending) {
      sending = send();
      await sending;
      sending = null;
    }
  };

  const leave = async (event) => {
    // A running request changes the version, so the buttons wait for it.
    event.preventDefault();
    const leaving = event.currentTarget;
    if (leaving.hasAttribute("aria-busy")) return;
    leaving.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    if (sending) await sending;
    clearTimeout(timer);
    isDirty = false;
    leaving.elements.namedItem("version").value = version.value;
    leaving.submit();
  };
  // One form checks what was typed, the other discards it.
  for (const way of [form, form.nextElementSibling]) way.addEventListener("submit", leave);
  addEventListener("beforeunload", (event) => {
    if (isDirty || sending) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    // A page restored from the back/forward cache has an outdated version token.
    if (event.persisted) location.reload();
  });

  return () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(next, PAUSE_MS);
  };
}
