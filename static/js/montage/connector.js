// The line from the lens to the card, drawn if the card is beside the stage.

export class Connector {
  /** @type {HTMLElement} */
  #card;

  /**
   * `line` is the SVG element over `stage` that holds one line. `card` is where the line ends.
   *
   * @param {SVGSVGElement} line
   * @param {HTMLElement} stage
   * @param {HTMLElement} card
   */
  constructor(line, stage, card) {
    this.line = line;
    this.stage = stage;
    this.#card = card;
  }

  /**
   * Draw the line from a lens at [x, y] with `radius`, in CSS pixels of the stage, or hide it.
   *
   * @param {[x: number, y: number] | null} origin
   * @param {number} radius
   */
  draw(origin, radius) {
    const { line, stage } = this;
    const card = this.#card;
    line.toggleAttribute("data-off", !origin);
    if (!origin) return;
    const [x, y] = origin;
    const box = stage.getBoundingClientRect();
    const cardBox = card.getBoundingClientRect();
    const isSeen = x > radius && y > -radius && y < box.height + radius && cardBox.right <= box.left;
    line.toggleAttribute("data-off", !isSeen);
    if (!isSeen) return;
    const [toX, toY] = [cardBox.right - box.left, cardBox.top + cardBox.height / 2 - box.top];
    const distance = Math.hypot(toX - x, toY - y) || 1;
    const ends = {
      x1: x + ((toX - x) / distance) * (radius + 1),
      y1: y + ((toY - y) / distance) * (radius + 1),
      x2: toX,
      y2: toY,
    };
    const shape = /** @type {Element} */ (line.firstElementChild);
    for (const [name, value] of Object.entries(ends)) shape.setAttribute(name, String(value));
  }
}
