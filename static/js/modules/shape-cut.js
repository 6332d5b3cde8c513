// Previews how the picture will be cut out while the threshold is moved. The server draws how
// butterflies look in it once the form is sent.

import { fill } from "../lib/sentences.js";
import { lang } from "../parts/page.js";
import { cut } from "../organize/cutting.js";

const MAX_PIXELS = 480;

function canvasFor(image) {
  const scale = Math.min(1, MAX_PIXELS / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  return canvas;
}

async function start(element) {
  const image = element.querySelector("img");
  await image.decode();
  const canvas = canvasFor(image);
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  const whole = paper.getImageData(0, 0, canvas.width, canvas.height);
  const figure = image.parentElement;
  const words = figure.querySelector("[data-cut-words]");
  const form = element.querySelector("form");
  const value = element.querySelector("[data-cut-value]");
  const percent = new Intl.NumberFormat(lang(), { style: "percent" });
  const draw = () => {
    const { cut_by: by, threshold, inverted } = form.elements;
    const way = { by: by.value, threshold: Number(threshold.value), inverted: inverted.checked };
    const picture = new ImageData(whole.data.slice(), whole.width, whole.height);
    const share = cut(picture.data, { ...way, ground: element.dataset.ground });
    paper.putImageData(picture, 0, 0);
    value.textContent = threshold.value;
    threshold.closest(".field").toggleAttribute("data-off", way.by === "alpha");
    words.textContent = fill(words.dataset.cutWords, { share: percent.format(share) });
  };
  const lie = () => {
    canvas.style.width = `${image.clientWidth}px`;
    canvas.style.height = `${image.clientHeight}px`;
  };
  form.addEventListener("input", draw);
  new ResizeObserver(lie).observe(image);
  figure.append(canvas);
  figure.classList.add("is-live");
  words.hidden = false;
  draw();
  lie();
}

export default function shapeCut(element) {
  // If the picture does not load, only the server cuts it out.
  start(element).catch(() => {});
}
