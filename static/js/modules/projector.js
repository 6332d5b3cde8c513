// The big screen: the count as large as it fits, the names of recent supporters, and a display kept
// awake. It runs for hours, and whatever fails is retried silently.

import { formatNumber } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";
import { lang } from "../parts/page.js";
import { keepScreenAwake } from "../parts/wake-lock.js";
import { showControls } from "../projector/controls.js";
import { RecentNames } from "../projector/recent-names.js";
import { HighlightRings } from "../projector/highlight-rings.js";
import { watchers } from "./pulse.js";

/** @import { PulseAnswer } from "../../../types/pulse" */

const PICTURE_MS = 60000;

// Without a canvas, request the server's picture again, at most once a minute.
/**
 * @param {HTMLElement} stage
 * @returns {(count: number) => void}
 */
function pictureRefresher(stage) {
  /** @type {HTMLImageElement} */
  const image = getElement(stage, "img.montage");
  const addresses = [image.src, image.srcset];
  /** @type {number | null} */
  let shownCount = null;
  let shownAt = -Infinity;
  return (count) => {
    if (shownCount === null) shownCount = count;
    if (stage.classList.contains("is-drawn") || count === shownCount) return;
    if (performance.now() - shownAt < PICTURE_MS) return;
    shownCount = count;
    shownAt = performance.now();
    const [src, srcset] = addresses.map((text) => text.replace(/\bw=\d+/g, `$&&count=${count}`));
    Object.assign(image, { src, srcset });
  };
}

/** @param {WithData} element */
export default function projector(element) {
  /** @param {string} selector */
  const find = (selector) => getElement(element, selector);
  const stage = find("[data-stage]");
  const recentNames = new RecentNames(find("[data-passing]"), new HighlightRings(stage));
  const refreshPicture = pictureRefresher(stage);
  /** @param {PulseAnswer} answer */
  const onCount = ({ count }) => {
    find(".screen-count").dataset.digits = String(formatNumber(count, lang()).length);
    refreshPicture(count);
    recentNames.update(Math.max(recentNames.last, count));
  };
  document.addEventListener("volante:pulse", ({ detail }) => onCount(detail));
  // The pulse may have answered before this script loaded.
  const answer = watchers.get(element.dataset.pulse)?.answer;
  if (answer) onCount(answer);
  stage.addEventListener("volante:montage-changed", ({ detail }) => {
    recentNames.update(detail.last, detail.born);
  });
  keepScreenAwake();
  showControls(find("[data-bar]"));
}
