// The big screen: the count as large as it fits, the names of recent supporters, and a display kept
// awake. It runs for hours, and whatever fails is retried silently.

import { number } from "../lib/sentences.js";
import { lang } from "../parts/page.js";
import { keepAwake } from "../screen/awake.js";
import { showBar } from "../screen/bar.js";
import { Passing } from "../screen/passing.js";
import { Rings } from "../screen/rings.js";
import { pulses } from "./pulse.js";

const PICTURE_MS = 60000;

// Without a canvas, request the server's picture again, at most once a minute.
function keepPicture(stage) {
  const image = stage.querySelector("img.montage");
  const addresses = [image.src, image.srcset];
  let [shown, at] = [null, -Infinity];
  return (count) => {
    if (shown === null) shown = count;
    if (stage.classList.contains("is-drawn") || count === shown) return;
    if (performance.now() - at < PICTURE_MS) return;
    [shown, at] = [count, performance.now()];
    const [src, srcset] = addresses.map((text) => text.replace(/\bw=\d+/g, `$&&count=${count}`));
    Object.assign(image, { src, srcset });
  };
}

export default function screen(element) {
  const find = (selector) => element.querySelector(selector);
  const stage = find("[data-stage]");
  const passing = new Passing(find("[data-passing]"), new Rings(stage));
  const renewPicture = keepPicture(stage);
  const hear = ({ count }) => {
    find(".screen-count").dataset.digits = number(count, lang()).length;
    renewPicture(count);
    passing.hear(Math.max(passing.last, count));
  };
  document.addEventListener("volante:pulse", ({ detail }) => hear(detail));
  // The pulse may have answered before this script loaded.
  const { answer } = pulses.get(element.dataset.pulse) || {};
  if (answer) hear(answer);
  stage.addEventListener("volante:montage-changed", ({ detail }) => {
    passing.hear(detail.last, detail.born);
  });
  keepAwake();
  showBar(find("[data-bar]"));
}
