// A cross over the picture that marks the pressed point and fills in the two fields.

import { getElement, getField } from "../parts/get-element.js";

/**
 * @param {number} part
 * @param {number} total
 */
const percentOf = (part, total) => Math.round(Math.min(1, Math.max(0, part / total)) * 100);

// Show the selected file before it is sent. The content security policy allows pictures only from
// this site and from data: URLs.
/**
 * @param {File} file
 * @param {HTMLElement} figure
 * @param {() => void} onShown
 */
function previewFile(file, figure, onShown) {
  const picture = figure.querySelector("img") ?? Object.assign(document.createElement("img"), { alt: "" });
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    picture.src = String(reader.result);
    figure.prepend(picture);
    for (const name of ["width", "height"]) picture.removeAttribute(name);
    figure.hidden = false;
    onShown();
  });
  reader.readAsDataURL(file);
}

/** @param {HTMLFormElement} form */
export function bindFocalPoint(form) {
  const figure = getElement(form, "[data-focal]");
  const overlay = getElement(figure, "[data-focal-mark]");
  const cross = getElement(overlay, "path");
  const left = getField(form, "focal_x");
  const top = getField(form, "focal_y");
  const draw = () => {
    const [x, y] = [left, top].map(({ value }) => Math.min(100, Math.max(0, Number(value) || 0)));
    cross.setAttribute("d", `M${x} 0V100M0 ${y}H100`);
  };
  figure.addEventListener("pointerdown", (event) => {
    const box = figure.getBoundingClientRect();
    left.value = String(percentOf(event.clientX - box.left, box.width));
    top.value = String(percentOf(event.clientY - box.top, box.height));
    draw();
  });
  for (const field of [left, top]) field.addEventListener("input", draw);
  const file = getField(form, "picture");
  const showHint = () => { getElement(form, "[data-focal-hint]").hidden = figure.hidden; };
  const preview = () => {
    if (file.files?.length) previewFile(file.files[0], figure, showHint);
  };
  file.addEventListener("change", preview);
  showHint();
  // A file may have been chosen before this script started.
  preview();
  overlay.removeAttribute("hidden");
  draw();
}
