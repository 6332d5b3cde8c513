// The point of a picture that matters, set by pressing on it. The fields for the numbers stay: they
// are what is sent, and what the keyboard reaches.

const hundredths = (at, whole) => Math.round(Math.min(Math.max(at / whole, 0), 1) * 100);

function framed(place) {
  const frame = Object.assign(document.createElement("div"), { className: "focal-picture" });
  const picture = Object.assign(document.createElement("img"), { alt: "" });
  const mark = Object.assign(document.createElement("span"), { className: "focal-mark" });
  const words = Object.assign(document.createElement("p"), { className: "hint", textContent: place.dataset.words });
  frame.append(picture, mark);
  place.append(frame, words);
  return { frame, picture, mark };
}

export default function focalPoint(form) {
  const place = form.querySelector("[data-focal]");
  const [left, top, file] = ["focus_x", "focus_y", "file"].map((name) => form.elements.namedItem(name));
  const { frame, picture, mark } = framed(place);

  const show = (address) => {
    picture.src = address;
    place.hidden = !address;
  };
  const move = () => {
    mark.style.left = `${left.value}%`;
    mark.style.top = `${top.value}%`;
  };
  frame.addEventListener("click", ({ clientX, clientY }) => {
    const box = picture.getBoundingClientRect();
    left.value = hundredths(clientX - box.left, box.width);
    top.value = hundredths(clientY - box.top, box.height);
    move();
  });
  for (const field of [left, top]) field.addEventListener("input", move);
  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (!chosen) return;
    // The policy lets pictures come from this site and from data alone.
    const reader = new FileReader();
    reader.addEventListener("load", () => show(reader.result));
    reader.readAsDataURL(chosen);
  });
  if (place.dataset.picture) show(place.dataset.picture);
  move();
}
