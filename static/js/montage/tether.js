// The line from the lens to the card, drawn if the card is beside the stage.

export class Tether {
  /** `line` is the SVG element over `stage` that holds one line. `card` is where the line ends. */
  constructor(line, stage, card) {
    Object.assign(this, { line, stage, card });
  }

  /** Draw the line from a lens at [x, y] with `radius`, in CSS pixels of the stage, or hide it. */
  draw(spot, radius) {
    const { line, stage, card } = this;
    line.toggleAttribute("data-off", !spot);
    if (!spot) return;
    const [x, y] = spot;
    const box = stage.getBoundingClientRect();
    const beside = card.getBoundingClientRect();
    const isSeen = x > radius && y > -radius && y < box.height + radius && beside.right <= box.left;
    line.toggleAttribute("data-off", !isSeen);
    if (!isSeen) return;
    const [toX, toY] = [beside.right - box.left, beside.top + beside.height / 2 - box.top];
    const far = Math.hypot(toX - x, toY - y) || 1;
    const shape = line.firstElementChild;
    shape.setAttribute("x1", x + ((toX - x) / far) * (radius + 1));
    shape.setAttribute("y1", y + ((toY - y) / far) * (radius + 1));
    shape.setAttribute("x2", toX);
    shape.setAttribute("y2", toY);
  }
}
