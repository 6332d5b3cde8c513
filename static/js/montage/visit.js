// A visit to the montage: what a reader's hands do to the stage, and what stage and card say back.

import { counted, fill, number as inWords } from "../lib/sentences.js";
import { seldom } from "../lib/seldom.js";
import { isStill, lang } from "../parts/page.js";
import { Card } from "./card.js";
import { Gestures } from "./gestures.js";
import { listenToKeys } from "./keys.js";
import { lensRadius, spotOf } from "./lens.js";
import { Names } from "./names.js";
import { inView, pick } from "./picking.js";

const FINGER = 26;
const HOVER_PIXELS = 14;
const ANNOUNCE_MS = 10000;
const WRITE_MS = 400;
const BUTTON_FACTOR = 2;
const DOUBLE_FACTOR = 2.6;
const ZOOM_MS = 260;

export class Visit {
  /** `page` is the element around stage and card; `stage` a started Stage. */
  constructor(page, stage) {
    Object.assign(this, { page, stage, scene: stage.scene, camera: stage.camera });
    this.names = new Names(stage.element.dataset.names);
    this.card = new Card(page.querySelector("[data-butterfly]"));
    this.tip = page.querySelector("[data-tip]");
    this.line = page.querySelector("[data-line]");
    const announce = seldom(ANNOUNCE_MS, () => this.announce());
    const write = seldom(WRITE_MS, () => {
      this.sayWhatIsSeen();
      announce();
    });
    this.say = () => setTimeout(write, WRITE_MS);
    this.listen();
    this.scene.after = (view) => this.onFrame(view);
    stage.element.addEventListener("volante:montage-changed", ({ detail }) => this.onChange(detail));
    this.say();
  }

  listen() {
    const { canvas } = this.stage;
    const { camera } = this;
    Object.assign(canvas, { tabIndex: 0 });
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", this.page.dataset.label);
    canvas.setAttribute("aria-describedby", this.page.querySelector("[data-seen]").id);
    const middle = () => [camera.width / 2, camera.height / 2];
    const pan = (dx, dy) => this.act(() => camera.pan(dx, dy));
    new Gestures(canvas, {
      pan,
      zoom: (px, py, factor) => this.act(() => camera.zoomAt(px, py, factor)),
      tap: (px, py) => this.chooseAt(px, py),
      doubleTap: (px, py) => this.glide(px, py, DOUBLE_FACTOR),
      hover: (px, py) => this.hover(px, py),
      isWhole: () => camera.isWhole,
    });
    listenToKeys(canvas, {
      pan,
      zoom: (factor) => this.glide(...middle(), factor),
      whole: () => this.showWhole(),
      choose: () => this.chooseAt(...middle(), true),
      close: () => this.close(),
    });
    const buttons = {
      in: () => this.glide(...middle(), BUTTON_FACTOR),
      out: () => this.glide(...middle(), 1 / BUTTON_FACTOR),
      whole: () => this.showWhole(),
    };
    for (const [name, act] of Object.entries(buttons)) {
      const button = this.page.querySelector(`[data-zoom="${name}"]`);
      button.addEventListener("click", act);
    }
    this.page.querySelector("[data-zooms]").hidden = false;
    this.page.querySelector("[data-find]").addEventListener("submit", (event) => this.find(event));
    this.card.onClose = () => this.close(true);
    this.card.onStep = (step) => this.choose(this.card.number + step, { fly: true });
  }

  act(move) {
    move();
    this.scene.moved();
    this.say();
  }

  // Zoom towards (px, py) in a short while.
  glide(px, py, factor) {
    const { camera } = this;
    const { x, y } = camera.toSquare(px, py);
    const zoom = Math.min(camera.most, Math.max(1, camera.zoom * factor));
    const kept = 1 - camera.zoom / zoom;
    const goal = { x: camera.x + (x - camera.x) * kept, y: camera.y + (y - camera.y) * kept, zoom };
    this.act(() => camera.flyTo(goal, performance.now(), isStill() ? 0 : ZOOM_MS));
  }

  showWhole() {
    const goal = { x: 0.5, y: 0.5, zoom: 1 };
    this.act(() => this.camera.flyTo(goal, performance.now(), isStill() ? 0 : 2 * ZOOM_MS));
  }

  find(event) {
    event.preventDefault();
    const field = event.target.elements.n;
    const number = Number(field.value.replace(/\D/g, ""));
    if (number) this.choose(number, { fly: true, focus: true });
    else field.focus();
  }

  pickAt(px, py, reach) {
    const { scene, stage } = this;
    const { ratio } = stage.pace;
    const view = scene.view(performance.now());
    return pick(scene.flock, view, px * ratio, py * ratio, reach * ratio);
  }

  chooseAt(px, py, focus = false) {
    const found = this.pickAt(px, py, focus ? this.camera.width : FINGER);
    if (found) this.choose(found.number, { focus });
    else this.close();
  }

  hover(px, py) {
    const isLarge = this.scene.flock && this.lastSize >= HOVER_PIXELS;
    const found = px === null || !isLarge ? null : this.pickAt(px, py, 0);
    const { pointed } = this.scene;
    if ((found && found.number) === (pointed && pointed.number)) return;
    this.scene.pointed = found;
    this.scene.wake();
    this.tip.hidden = true;
    if (found) this.showTip(found.number);
  }

  async showTip(number) {
    const named = await this.names.of(number).catch(() => null);
    const { pointed } = this.scene;
    if (!pointed || pointed.number !== number) return;
    const name = named ? named.name : this.page.dataset.countedOnly;
    this.tip.textContent = `${inWords(number, lang())} · ${name}`;
    this.tip.hidden = false;
  }

  /** Choose butterfly `number`: light it, open its card; fly there, or take the focus along. */
  async choose(number, { fly = false, focus = false } = {}) {
    const { scene, stage, card } = this;
    const { last } = stage.numbers;
    card.open(number, last);
    scene.chosen = stage.numbers.has(number) ? scene.arrivals.flight(number, 0, 0) : null;
    if (scene.chosen && fly) stage.flyTo(number);
    scene.wake();
    this.page.classList.add("has-chosen");
    window.history.replaceState(null, "", card.addressOf(number, false));
    if (focus) card.element.focus();
    if (!scene.chosen) {
      card.say(number, number > last ? "beyond" : "free");
      return;
    }
    try {
      card.tell(number, await this.names.of(number));
    } catch (error) {
      card.say(number, "unknown");
    }
  }

  close(focus = false) {
    if (this.card.number === null) return;
    this.card.close();
    this.scene.chosen = null;
    this.scene.wake();
    this.page.classList.remove("has-chosen");
    window.history.replaceState(null, "", window.location.pathname);
    if (focus) this.stage.canvas.focus();
  }

  onChange({ gone }) {
    const { number } = this.card;
    if (number !== null && gone.includes(number)) this.choose(number);
    this.say();
  }

  onFrame(view) {
    const { ratio } = this.stage.pace;
    this.lastSize = view.size / ratio;
    this.stage.element.classList.toggle("is-near", !this.camera.isWhole);
    const { chosen, pointed } = this.scene;
    if (pointed) {
      const { x, y } = spotOf(pointed, view);
      this.tip.style.transform = `translate(${x / ratio}px, ${y / ratio - this.lastSize * 0.7 - 12}px) translate(-50%, -100%)`;
    } else this.tip.hidden = true;
    this.drawLine(chosen && spotOf(chosen, view), lensRadius(view, ratio) / ratio, ratio);
  }

  // From the lens to the card, where the card stands beside the stage.
  drawLine(spot, radius, ratio) {
    const { line, card, stage } = this;
    line.toggleAttribute("data-off", !spot);
    if (!spot) return;
    const box = stage.element.getBoundingClientRect();
    const beside = card.element.getBoundingClientRect();
    const [x, y] = [spot.x / ratio, spot.y / ratio];
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

  // What is seen, in words: for the eye soon, for a screen reader seldom.
  sayWhatIsSeen() {
    const element = this.page.querySelector("[data-seen]");
    const { count } = this.stage.numbers;
    const { one, many, all, view: sentence } = element.dataset;
    const parts = [counted(count, one, many, lang())];
    if (this.camera.isWhole) parts.push(count > 1 ? all : "");
    else {
      const seen = inView(this.scene.flock, this.scene.view(performance.now()));
      parts.push(fill(sentence, { n: inWords(seen, lang()) }));
    }
    element.textContent = parts.join(" ").trim();
  }

  announce() {
    const said = this.page.querySelector("[data-said]");
    const { textContent } = this.page.querySelector("[data-seen]");
    if (said.textContent === textContent) return false;
    said.textContent = textContent;
    return true;
  }
}
