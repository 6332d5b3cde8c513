// The square of a page where a montage is: puts a canvas over the server's picture, keeps it in step
// with the pulse, the size of the window and the hour.

import { isStill } from "../parts/page.js";
import { Camera } from "./camera.js";
import { CanvasPainter } from "./canvas-painter.js";
import { hourNow, onHour } from "./hour.js";
import { Numbers } from "./numbers.js";
import { Pace } from "./pace.js";
import { fetchShape } from "./parcel.js";
import { Scene } from "./scene.js";
import { WebGLPainter } from "./webgl-painter.js";

const RECHECK_MS = 30000;
const MOST_BORN = 5000;

export class Stage {
  /** `element` has the addresses in its data, and the server's picture inside. */
  constructor(element) {
    this.element = element;
    this.numbers = new Numbers(element.dataset.numbers);
    this.camera = new Camera();
    this.isAway = document.hidden;
  }

  /** Draw for the first time; fails where the data cannot be had or no canvas drawn on. */
  async start() {
    const [shape] = await Promise.all([fetchShape(this.element.dataset.shape), this.numbers.ask()]);
    this.shape = shape;
    const painter = await this.painter();
    this.pace = new Pace(painter.constructor.budget);
    this.pace.onRatio = () => this.fit();
    this.scene = new Scene({ shape, painter, camera: this.camera, pace: this.pace, colours: hourNow() });
    this.fit();
    const drawn = new Promise((resolve) => {
      this.scene.after = (view, isWhole) => isWhole && resolve();
    });
    this.scene.show(this.numbers);
    this.follow();
    await drawn;
    this.scene.after = () => {};
    this.element.classList.add("is-drawn");
  }

  async painter() {
    const { sprites } = this.element.dataset;
    for (const Painter of [WebGLPainter, CanvasPainter]) {
      const canvas = this.freshCanvas();
      try {
        const painter = new Painter(canvas, this.shape, sprites);
        await painter.sheets.fetch("small");
        canvas.addEventListener("webglcontextlost", () => this.onLost());
        return painter;
      } catch (error) {
        if (Painter === CanvasPainter) throw error;
      }
    }
    return null;
  }

  freshCanvas() {
    if (this.canvas) this.canvas.remove();
    this.canvas = document.createElement("canvas");
    this.canvas.className = "stage-canvas";
    this.element.prepend(this.canvas);
    return this.canvas;
  }

  /** The graphics card is gone: the server's picture shows again; whoever uses the stage may do more. */
  onLost() {
    this.element.classList.remove("is-drawn");
    this.canvas.hidden = true;
    this.element.dispatchEvent(new Event("volante:montage-lost"));
  }

  follow() {
    new ResizeObserver(() => this.fit()).observe(this.element);
    onHour((hour) => {
      this.scene.colours = hour;
      this.scene.weave();
    });
    document.addEventListener("volante:pulse", ({ detail }) => this.hear(detail));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.isAway = true;
      else this.catchUp();
    });
    setInterval(() => document.hidden || this.recheck(), RECHECK_MS);
  }

  fit() {
    const { clientWidth, clientHeight } = this.element;
    const { ratio } = this.pace;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    const { canvas } = this.scene.painter;
    if (!width || !height || (canvas.width === width && canvas.height === height)) return;
    this.camera.frame(clientWidth, clientHeight);
    this.camera.limit(this.scene.slimmest());
    this.scene.painter.resize(width, height);
    this.scene.layer = null;
    this.scene.change();
  }

  /** The pulse beats: `count` butterflies now. */
  hear({ cause, count }) {
    if (cause !== this.element.dataset.cause || count === this.numbers.count) return;
    const change = this.numbers.foresee(count);
    if (change) this.take(change);
    else this.recheck();
  }

  async recheck() {
    try {
      this.take(await this.numbers.ask());
    } catch (error) {
      // The pulse says so when the site is away; here the next question will do.
    }
  }

  take({ born, gone }) {
    if (!born.length && !gone.length) return;
    const isCrowd = this.isAway || born.length > MOST_BORN;
    this.isAway = false;
    if (isCrowd) this.scene.arrivals.hurry(performance.now());
    this.scene.show(this.numbers, isCrowd ? [] : born);
    this.element.dispatchEvent(new CustomEvent("volante:montage-changed", { detail: { gone } }));
  }

  // What came while nobody looked is there at once.
  catchUp() {
    this.scene.arrivals.hurry(performance.now());
    this.scene.weave();
    this.recheck();
  }

  /** Fly to butterfly `number`; `near` says how large it shall be, 0 to 1 of the largest. */
  flyTo(number, near = 1) {
    const place = this.scene.arrivals.flight(number, 0, 0);
    const zoom = Math.max(this.camera.zoom, this.camera.most * near);
    const [x, y] = [place.x * 2 ** -32, place.y * 2 ** -32];
    this.camera.flyTo({ x, y, zoom }, performance.now(), isStill() ? 0 : 1100);
    this.scene.moved();
  }
}
