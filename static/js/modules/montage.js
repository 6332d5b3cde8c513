// A montage that updates itself. On its own page, readers can explore it. Without a canvas, the
// names open as a list. On other pages it starts only when a count changes. Until then, the server's
// picture costs a phone nothing.

import { getElement } from "../parts/get-element.js";
import { idleAndVisible } from "../parts/page.js";

/** @import { PulseAnswer } from "../../../types/pulse" */

const RETRY_MS = 60000;
const loadControls = async () => (await import("../montage/controls.js")).Controls;

/** @param {HTMLElement} page */
async function openNameList(page) {
  /** @type {HTMLAnchorElement | null} */
  const link = page.querySelector("[data-list]");
  const list = page.querySelector("[data-names-list]");
  if (!link || !list || list.childElementCount) return;
  const response = await fetch(link.href, { credentials: "omit" });
  if (!response.ok) return;
  const fetched = new DOMParser().parseFromString(await response.text(), "text/html");
  const loadedList = fetched.querySelector("[data-names-list]");
  if (loadedList) list.append(...loadedList.childNodes);
}

/**
 * Resolve to { before, answer } once the count of `cause` differs from `pictureCount`, the picture's.
 *
 * @param {string} cause
 * @param {number} pictureCount
 * @returns {Promise<{ before: number, answer: PulseAnswer }>}
 */
const nextChange = (cause, pictureCount) =>
  new Promise((resolve) => {
    /** @param {CustomEvent<PulseAnswer>} event */
    const onPulse = ({ detail: answer }) => {
      if (answer.cause !== cause || answer.count === pictureCount) return;
      document.removeEventListener("volante:pulse", onPulse);
      resolve({ before: pictureCount, answer });
    };
    document.addEventListener("volante:pulse", onPulse);
  });

// A small first picture is enough until the canvas is ready. Without a canvas, show the large one.
/** @param {HTMLElement} element */
function showWholePicture(element) {
  for (const source of element.querySelectorAll("source[data-first]")) source.remove();
}

/**
 * Resolve once the server's picture is loaded, or cannot be loaded.
 *
 * @param {HTMLElement} element
 * @returns {Promise<void>}
 */
const firstPicture = (element) =>
  new Promise((resolve) => {
    /** @type {HTMLImageElement | null} */
    const picture = element.querySelector("img.montage");
    if (!picture || picture.complete) resolve();
    else for (const type of ["load", "error"]) picture.addEventListener(type, () => resolve(), { once: true });
  });

// Ask for the shape at the same time as for the scripts that need it.
/** @param {HTMLElement} element */
function preloadShape(element) {
  const { shape } = getElement(element, "[data-stage]").dataset;
  const link = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: shape };
  document.head.append(Object.assign(document.createElement("link"), link));
}

/**
 * @param {WithData} element
 * @returns {Promise<void>}
 */
export default async function montage(element) {
  const isMontagePage = Boolean(element.querySelector("[data-butterfly]"));
  // On other pages, text and pictures load first, and readers who save data keep the server's
  // picture.
  const changed = "waits" in element.dataset && nextChange(element.dataset.cause, Number(element.dataset.waits));
  if (!isMontagePage && !(await idleAndVisible(element))) return;
  const change = await changed;
  if (isMontagePage) {
    // Scripts and shape are larger than the picture. On a slow line they would delay it, even with a
    // low priority.
    await firstPicture(element);
    preloadShape(element);
  }
  const loading = isMontagePage && loadControls();
  const { Stage } = await import("../montage/stage.js");
  const stage = new Stage(element.querySelector("[data-stage]") || element);
  const showFallback = () => {
    showWholePicture(element);
    return isMontagePage && openNameList(element);
  };
  stage.element.addEventListener("volante:montage-lost", showFallback);
  try {
    await stage.start(change || undefined);
  } catch (error) {
    stage.surface.remove();
    await showFallback();
    if (!isMontagePage) setTimeout(() => montage(element), RETRY_MS);
    return;
  }
  stage.element.dispatchEvent(new CustomEvent("volante:montage-started", { detail: { stage } }));
  if (!loading) return;
  const Controls = await loading;
  const { n: chosen } = element.dataset;
  const controls = new Controls(element, stage);
  if (chosen) controls.choose(Number(chosen), { fly: true });
}
