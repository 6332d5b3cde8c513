// The bar above each screen, with the same behaviour on all of them.

import { lang } from "../../parts/page.js";
import { languageName, message } from "../messages.js";
import { organisationOf, showOrganisation } from "../organisation.js";

/** @import { Kiosk } from "../kiosk.js" */

const HOLD_MS = 3000;
const HOLD_KEYS = ["Enter", " "];

// Requires three seconds with a finger or a key. A short touch does nothing visible.
/**
 * @param {HTMLElement} button
 * @param {() => void} act
 */
function onHold(button, act) {
  /** @type {number | null} */
  let timer = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
  };
  const begin = () => {
    if (!timer) timer = setTimeout(act, HOLD_MS);
  };
  button.addEventListener("pointerdown", begin);
  button.addEventListener("keydown", ({ key }) => HOLD_KEYS.includes(key) && begin());
  for (const name of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) {
    button.addEventListener(name, stop);
  }
}

/**
 * @param {Kiosk} kiosk
 * @param {ParentNode} root
 */
export function fillHeader(kiosk, root) {
  showOrganisation(organisationOf(kiosk.campaign), root);
  for (const brand of root.querySelectorAll("[data-brand]")) {
    brand.setAttribute("aria-description", message("pin_hold"));
    if (brand.dataset.isHeld) continue;
    brand.dataset.isHeld = "yes";
    onHold(brand, () => kiosk.askPin());
  }
  for (const group of root.querySelectorAll("[data-language-switch]")) {
    if (!group.childElementCount) group.append(...kiosk.languages.map((each) => languageButton(kiosk, each)));
    for (const button of /** @type {Iterable<HTMLElement>} */ (group.children)) {
      button.setAttribute("aria-pressed", String(button.lang === lang()));
    }
  }
  const restartButton = root.querySelector('[data-act="again"]');
  if (restartButton) restartButton.onclick = () => kiosk.askRestart();
}

/**
 * @param {Kiosk} kiosk
 * @param {string} language
 */
function languageButton(kiosk, language) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", lang: language, textContent: languageName(language) });
  button.addEventListener("click", () => kiosk.choose(language));
  return button;
}
