// A montage that is alive. On its own page a reader may also go into it; where no canvas can be
// drawn on, the names open as a list instead.

import { Stage } from "../montage/stage.js";
import { Visit } from "../montage/visit.js";

async function openList(page) {
  const link = page.querySelector("[data-list]");
  const place = page.querySelector("[data-names-list]");
  if (!link || !place || place.childElementCount) return;
  const response = await fetch(link.href, { credentials: "omit" });
  if (!response.ok) return;
  const there = new DOMParser().parseFromString(await response.text(), "text/html");
  const names = there.querySelector("[data-names-list]");
  if (names) place.append(...names.childNodes);
}

export default async function montage(element) {
  const stage = new Stage(element.querySelector("[data-stage]") || element);
  const isPage = Boolean(element.querySelector("[data-butterfly]"));
  try {
    await stage.start();
  } catch (error) {
    if (stage.canvas) stage.canvas.remove();
    if (isPage) await openList(element);
    return;
  }
  stage.element.addEventListener("volante:montage-lost", () => isPage && openList(element));
  if (!isPage) return;
  const visit = new Visit(element, stage);
  const { n } = element.dataset;
  if (n) visit.choose(Number(n), { fly: true });
}
