// The butterflies that came by somebody's own link, ringed for them alone: the address of their own
// page leads here with a key behind the #, which no server and no cache gets to see.

import { counted } from "../lib/sentences.js";
import { lang } from "../parts/page.js";

const KEY = /^#brought=([0-9a-z]+\.[\w-]+)$/;

/** Light what the key in the address opens, once, and take the key out of the address. */
export async function lightBrought(page, stage) {
  const { pathname, search, hash } = window.location;
  const found = KEY.exec(hash);
  if (!found) return;
  window.history.replaceState(null, "", pathname + search);
  const response = await fetch(`/signatures/brought/${found[1]}.json`, {
    cache: "no-store",
    credentials: "omit",
  });
  if (!response.ok) return;
  const { own, brought } = await response.json();
  const { scene, numbers } = stage;
  const light = () => {
    const there = [...brought, own].filter((number) => number && numbers.has(number));
    scene.lit = there.map((number) => ({
      ...scene.arrivals.flight(number, 0, 0),
      isOwn: number === own,
    }));
    scene.wake();
  };
  stage.element.addEventListener("volante:montage-changed", light);
  light();
  for (const words of page.querySelectorAll("[data-lit]")) {
    words.textContent = counted(brought.length, words.dataset.one, words.dataset.many, lang());
    words.hidden = !brought.length;
  }
}
