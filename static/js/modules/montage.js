// A montage that is alive. On its own page a reader may also go into it; where no canvas can be
// drawn on, the names open as a list instead. In the midst of other things it wakes when somebody
// comes or goes: until then the server's picture shows the same, and costs a phone nothing.

import { pageAtRest } from "../parts/page.js";

const AGAIN_MS = 60000;
const fetchVisit = async () => (await import("../montage/visit.js")).Visit;

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

/** Resolve to { before, answer } once the pulse tells another count of `cause` than `before`, the picture's. */
const change = (cause, before) =>
  new Promise((resolve) => {
    const hear = ({ detail: answer }) => {
      if (answer.cause !== cause || answer.count === before) return;
      document.removeEventListener("volante:pulse", hear);
      resolve({ before, answer });
    };
    document.addEventListener("volante:pulse", hear);
  });

// A small first picture was good enough until the canvas came; without one the large one is wanted.
function showWholePicture(element) {
  for (const source of element.querySelectorAll("source[data-first]")) source.remove();
}

export default async function montage(element) {
  const isPage = Boolean(element.querySelector("[data-butterfly]"));
  // Elsewhere words and pictures come first, and whoever counts bytes keeps the server's picture.
  const woken = "waits" in element.dataset && change(element.dataset.cause, Number(element.dataset.waits));
  if (!isPage && !(await pageAtRest(element))) return;
  const news = await woken;
  const visit = isPage && fetchVisit();
  const { Stage } = await import("../montage/stage.js");
  const stage = new Stage(element.querySelector("[data-stage]") || element);
  const giveUp = () => {
    showWholePicture(element);
    return isPage && openList(element);
  };
  stage.element.addEventListener("volante:montage-lost", giveUp);
  try {
    await stage.start(news);
  } catch (error) {
    stage.surface.remove();
    await giveUp();
    if (!isPage) setTimeout(() => montage(element), AGAIN_MS);
    return;
  }
  stage.element.dispatchEvent(new CustomEvent("volante:montage-started", { detail: { stage } }));
  if (!isPage) return;
  const Visit = await visit;
  const { n } = element.dataset;
  const guest = new Visit(element, stage);
  if (n) guest.choose(Number(n), { fly: true });
}
