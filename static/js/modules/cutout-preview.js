// Previews how the picture will be cut out while the threshold is moved. The server draws how
// butterflies look in it once the form is sent.

import { formatPercent, interpolate } from "../lib/format.js";
import { getElement, getField } from "../parts/get-element.js";
import { lang } from "../parts/page.js";
import { cutOut } from "../organize/cutout.js";

const MAX_PIXELS = 480;

/** @param {HTMLImageElement} image */
function canvasFor(image) {
  const scale = Math.min(1, MAX_PIXELS / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  return canvas;
}

/** @param {WithData} element */
async function start(element) {
  /** @type {HTMLImageElement} */
  const image = getElement(element, "img");
  await image.decode();
  const canvas = canvasFor(image);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("No canvas");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const original = context.getImageData(0, 0, canvas.width, canvas.height);
  const figure = /** @type {HTMLElement} */ (image.parentElement);
  /** @type {WithData} */
  const caption = getElement(figure, "[data-cutout-text]");
  /** @type {HTMLFormElement} */
  const form = getElement(element, "form");
  const value = getElement(element, "[data-threshold-value]");
  const render = () => {
    const [method, threshold, inverted] = ["cut_by", "threshold", "inverted"].map((name) => getField(form, name));
    const settings = { by: method.value, threshold: Number(threshold.value), inverted: inverted.checked };
    const picture = new ImageData(original.data.slice(), original.width, original.height);
    const portion = cutOut(picture.data, { ...settings, ground: element.dataset.ground });
    context.putImageData(picture, 0, 0);
    value.textContent = threshold.value;
    threshold.closest(".field")?.toggleAttribute("data-off", settings.by === "alpha");
    caption.textContent = interpolate(caption.dataset.cutoutText, { share: formatPercent(portion, lang()) });
  };
  const fit = () => {
    canvas.style.width = `${image.clientWidth}px`;
    canvas.style.height = `${image.clientHeight}px`;
  };
  form.addEventListener("input", render);
  new ResizeObserver(fit).observe(image);
  figure.append(canvas);
  figure.classList.add("is-live");
  caption.hidden = false;
  render();
  fit();
}

/** @param {WithData} element */
export default function cutoutPreview(element) {
  // If the picture does not load, only the server cuts it out.
  start(element).catch(() => {});
}
