// A cross over the picture that marks the pressed point and fills in the two fields.

const percentOf = (part, whole) => Math.round(Math.min(1, Math.max(0, part / whole)) * 100);

// Show the selected file before it is sent. The content security policy allows pictures only from
// this site and from data: URLs.
function previewFile(file, figure, onShown) {
  const picture = figure.querySelector("img") ?? Object.assign(document.createElement("img"), { alt: "" });
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    picture.src = reader.result;
    figure.prepend(picture);
    for (const name of ["width", "height"]) picture.removeAttribute(name);
    figure.hidden = false;
    onShown();
  });
  reader.readAsDataURL(file);
}

export function bindFocalPoint(form) {
  const figure = form.querySelector("[data-focal]");
  const overlay = figure.querySelector("[data-focal-mark]");
  const cross = overlay.querySelector("path");
  const left = form.elements.namedItem("focal_x");
  const top = form.elements.namedItem("focal_y");
  const draw = () => {
    const [x, y] = [left, top].map(({ value }) => Math.min(100, Math.max(0, Number(value) || 0)));
    cross.setAttribute("d", `M${x} 0V100M0 ${y}H100`);
  };
  figure.addEventListener("pointerdown", (event) => {
    const box = figure.getBoundingClientRect();
    left.value = percentOf(event.clientX - box.left, box.width);
    top.value = percentOf(event.clientY - box.top, box.height);
    draw();
  });
  for (const field of [left, top]) field.addEventListener("input", draw);
  const file = form.elements.namedItem("picture");
  const showHint = () => { form.querySelector("[data-focal-hint]").hidden = figure.hidden; };
  const preview = () => {
    if (file.files.length) previewFile(file.files[0], figure, showHint);
  };
  file.addEventListener("change", preview);
  showHint();
  // A file may have been chosen before this script started.
  preview();
  overlay.removeAttribute("hidden");
  draw();
}
