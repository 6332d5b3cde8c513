// The bar above each screen, with the same behaviour on all of them.

import { lang } from "../../parts/page.js";
import { nameOf, word } from "../words.js";

const HOLD_MS = 3000;
const KEYS = ["Enter", " "];

// Requires three seconds with a finger or a key. A short touch does nothing visible.
function onHold(button, act) {
  let timer = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
  };
  const begin = () => {
    if (!timer) timer = setTimeout(act, HOLD_MS);
  };
  button.addEventListener("pointerdown", begin);
  button.addEventListener("keydown", ({ key }) => KEYS.includes(key) && begin());
  for (const name of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) {
    button.addEventListener(name, stop);
  }
}

export function fillTop(kiosk, place) {
  for (const brand of place.querySelectorAll("[data-brand]")) {
    brand.setAttribute("aria-description", word("pin_hold"));
    if (brand.dataset.isHeld) continue;
    brand.dataset.isHeld = "yes";
    onHold(brand, () => kiosk.askPin());
  }
  for (const group of place.querySelectorAll("[data-tongues]")) {
    if (!group.childElementCount) group.append(...kiosk.languages.map((each) => tongue(kiosk, each)));
    for (const button of group.children) {
      button.setAttribute("aria-pressed", String(button.lang === lang()));
    }
  }
  const again = place.querySelector('[data-act="again"]');
  if (again) again.onclick = () => kiosk.askRestart();
}

function tongue(kiosk, language) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", lang: language, textContent: nameOf(language) });
  button.addEventListener("click", () => kiosk.choose(language));
  return button;
}
