// A button that creates or uses a passkey, then continues to the page the server names.

import { createPasskey, getPasskey } from "../organize/passkeys.js";
import { getElement } from "../parts/get-element.js";

/** @import { PasskeyAnswer } from "../../../types/passkeys" */

/** @type {Record<string, (options: any) => Promise<PasskeyAnswer>>} */
const CEREMONIES = { make: createPasskey, show: getPasskey };

/** @param {WithData} root */
export default function passkey(root) {
  if (!window.PublicKeyCredential) return;
  /** @type {HTMLButtonElement} */
  const button = getElement(root, "button");
  const errorBox = getElement(root, ".error");
  const name = root.dataset.verb === "make" ? document.getElementById("name") : null;

  /**
   * @param {string} url
   * @param {unknown} body
   */
  const post = (url, body) =>
    fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": root.dataset.token },
      body: JSON.stringify(body),
    });

  async function authenticate() {
    const optionsResponse = await post(root.dataset.options, {});
    // The server redirects users who must enter their password first.
    if (optionsResponse.redirected) return window.location.assign(optionsResponse.url);
    const credential = await CEREMONIES[root.dataset.verb](await optionsResponse.json());
    const response = await post(root.dataset.answer, { answer: credential, next: root.dataset.next, name: name ? /** @type {HTMLInputElement} */ (name).value : "" });
    const result = await response.json();
    if (response.ok) return window.location.assign(result.next);
    return showError(result.error);
  }

  /** @param {string} [result] */
  function showError(result) {
    getElement(errorBox, "span").textContent = result || root.dataset.trouble;
    errorBox.hidden = false;
  }

  button.addEventListener("click", async () => {
    errorBox.hidden = true;
    button.disabled = true;
    try {
      await authenticate();
    } catch (error) {
      showError();
    } finally {
      button.disabled = false;
    }
  });
  root.hidden = false;
}
