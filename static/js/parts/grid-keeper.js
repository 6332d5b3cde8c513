// Sends what stands in a form to the server while somebody types: what supporters told of themselves is
// kept there, sealed off and erased in time, and not in a browser that others may use tomorrow.

const PAUSE_MS = 700;
const AGAIN_MS = 4000;

/** Return what to call at each change; `told` gets what the server says of each row. */
export function keeper(form, told) {
  const status = form.querySelector("[data-status]");
  const seen = form.elements.namedItem("seen");
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
      seen.value = words.seen;
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
    // What is on its way changes the mark of what was seen: the buttons wait for it.
    event.preventDefault();
    const leaving = event.currentTarget;
    if (leaving.hasAttribute("aria-busy")) return;
    leaving.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    if (sending) await sending;
    clearTimeout(timer);
    isDirty = false;
    leaving.elements.namedItem("seen").value = seen.value;
    leaving.submit();
  };
  // To check what was typed, and to throw it away.
  for (const way of [form, form.nextElementSibling]) way.addEventListener("submit", leave);
  addEventListener("beforeunload", (event) => {
    if (isDirty || sending) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    // Brought back by the browser, its mark is an old one.
    if (event.persisted) location.reload();
  });

  return () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(next, PAUSE_MS);
  };
}
