// A button that creates or uses a passkey, then continues to the page the server names.

import { makePasskey, showPasskey } from "../organize/passkeys.js";

const DEVICE = { make: makePasskey, show: showPasskey };

export default function passkey(box) {
  if (!window.PublicKeyCredential) return;
  const button = box.querySelector("button");
  const trouble = box.querySelector(".error");
  const name = box.dataset.verb === "make" && document.getElementById("name");

  const post = (url, body) =>
    fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": box.dataset.token },
      body: JSON.stringify(body),
    });

  async function talk() {
    const asked = await post(box.dataset.options, {});
    // The server redirects users who must enter their password first.
    if (asked.redirected) return window.location.assign(asked.url);
    const answer = await DEVICE[box.dataset.verb](await asked.json());
    const told = await post(box.dataset.answer, { answer, next: box.dataset.next, name: name ? name.value : "" });
    const words = await told.json();
    if (told.ok) return window.location.assign(words.next);
    return complain(words.error);
  }

  function complain(words) {
    trouble.querySelector("span").textContent = words || box.dataset.trouble;
    trouble.hidden = false;
  }

  button.addEventListener("click", async () => {
    trouble.hidden = true;
    button.disabled = true;
    try {
      await talk();
    } catch (error) {
      complain();
    } finally {
      button.disabled = false;
    }
  });
  box.hidden = false;
}
