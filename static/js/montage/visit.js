// A visit to the montage: connects the reader's gestures, keys and buttons to the stage.

import { isStill } from "../parts/page.js";
import { Gestures } from "./gestures.js";
import { listenToKeys } from "./keys.js";
import { Pending } from "./pending.js";
import { pick } from "./picking.js";
import { SeenWords } from "./seen-words.js";

const FINGER = 26;
const HOVER_PIXELS = 14;
const BUTTON_FACTOR = 2;
const DOUBLE_FACTOR = 2.6;
const ZOOM_MS = 260;
const REST_MS = 150;

export class Visit {
  /** `page` is the element around stage and card. `stage` is a started Stage. */
  constructor(page, stage) {
    Object.assign(this, { page, stage, scene: stage.scene, camera: stage.camera });
    Object.assign(this, { reader: null, asked: null });
    this.words = new SeenWords(page, stage);
    const land = (number) => this.choose(number, { fly: true });
    this.pending = new Pending(page, stage, land);
    this.listen();
    this.scene.after = (view) => this.onFrame(view);
    stage.element.addEventListener("volante:montage-changed", () => this.words.say());
    this.words.say();
  }

  listen() {
    const { surface } = this.stage;
    const { camera } = this;
    Object.assign(surface, { tabIndex: 0 });
    surface.setAttribute("role", "application");
    surface.setAttribute("aria-label", this.page.dataset.label);
    surface.setAttribute("aria-describedby", this.page.querySelector("[data-seen]").id);
    const middle = () => [camera.width / 2, camera.height / 2];
    const pan = (dx, dy) => this.act(() => camera.pan(dx, dy));
    new Gestures(surface, {
      pan,
      zoom: (px, py, factor) => this.act(() => camera.zoomAt(px, py, factor)),
      tap: (px, py) => this.chooseAt(px, py),
      doubleTap: (px, py) => this.glide(px, py, DOUBLE_FACTOR),
      hover: (px, py) => this.hover(px, py),
      isWhole: () => camera.isWhole,
    });
    listenToKeys(surface, {
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
      this.page.querySelector(`[data-zoom="${name}"]`).addEventListener("click", act);
    }
    this.page.querySelector("[data-zooms]").hidden = false;
    this.page.querySelector("[data-find]").addEventListener("submit", (event) => this.find(event));
  }

  act(move) {
    move();
    this.scene.moved();
  }

  // Zoom smoothly towards (px, py).
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
    if (this.reader) this.reader.tip.hidden = true;
    if (found) this.ask((reader) => reader.showTip(found.number));
  }

  choose(number, options) {
    return this.ask((reader) => reader.choose(number, options));
  }

  close() {
    if (this.reader) this.reader.close();
  }

  async ask(act) {
    this.asked = this.asked || import("./reader.js");
    try {
      const { Reader } = await this.asked;
      this.reader = this.reader || new Reader(this.page, this.stage);
    } catch (error) {
      // The network is offline. The next tap tries again.
      this.asked = null;
      return;
    }
    await act(this.reader);
  }

  onFrame(view) {
    this.lastSize = view.size / this.stage.pace.ratio;
    // At this size nobody can tell which butterfly the pointer means.
    if (this.lastSize < HOVER_PIXELS) this.scene.pointed = null;
    this.stage.element.classList.toggle("is-near", !this.camera.isWhole);
    if (this.reader) this.reader.onFrame(view, this.lastSize);
    const where = [view.x, view.y, view.scale].join();
    if (where === this.where) return;
    this.where = where;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.words.say(), REST_MS);
  }
}
