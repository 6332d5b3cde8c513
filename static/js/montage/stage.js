// The square of a page that shows a montage. It puts a canvas over the server's picture. The canvas
// follows the pulse, the window size, and the switch between day and night.

import { seldom } from "../lib/seldom.js";
import { isStill } from "../parts/page.js";
import { Camera } from "./camera.js";
import { hourNow, onHour } from "./hour.js";
import { hidesChange, Numbers } from "./numbers.js";
import { Pace } from "./pace.js";
import { fetchShape } from "./parcel.js";
import { Scene } from "./scene.js";
import { WebGLPainter } from "./webgl-painter.js";

const RECHECK_MS = 30000;
const BETWEEN_MS = 5000;
const MAX_ARRIVALS = 5000;
const MAX_CONTEXT_LOSSES = 2;

// Few browsers need it, so it is fetched only if there is no WebGL2.
const fetchCanvasPainter = async () => (await import("./canvas-painter.js")).CanvasPainter;

export class Stage {
  /** `element` has the URLs in its data attributes, and contains the server's picture. */
  constructor(element) {
    this.element = element;
    this.numbers = new Numbers(element.dataset.numbers);
    this.camera = new Camera();
    this.surface = Object.assign(document.createElement("div"), { className: "stage-surface" });
    Object.assign(this, { isInView: true, wasAway: document.hidden, heard: null, losses: 0 });
    this.lookAgain = seldom(BETWEEN_MS, () => this.recheck());
  }

  /**
   * Draw for the first time. Throw if the data cannot be fetched or no canvas can be drawn on.
   *
   * `news` is what started the stage: { before, answer }. The stage begins with the count `before`,
   * so that butterflies that hatched since then fly in.
   */
  async start(news) {
    const [shape] = await Promise.all([fetchShape(this.element.dataset.shape), this.numbers.ask()]);
    if (news) this.numbers.goBackTo(news.before);
    this.shape = shape;
    this.element.prepend(this.surface);
    const painter = await this.painter();
    this.pace = new Pace(painter.constructor.budget);
    this.pace.onRatio = () => this.fit();
    const aloft = Number(this.element.dataset.aloft || 3);
    this.scene = new Scene({ shape, painter, camera: this.camera, pace: this.pace, colours: hourNow(), aloft });
    this.fit();
    const drawn = this.drawn();
    this.scene.show(this.numbers);
    this.follow();
    await drawn;
    if (news) this.hear(news.answer);
  }

  // Replace the server's picture once the canvas shows all butterflies.
  drawn() {
    return new Promise((resolve) => {
      this.scene.onWhole = () => {
        this.scene.onWhole = () => {};
        this.element.classList.add("is-drawn");
        resolve();
      };
    });
  }

  async painter() {
    const kinds = [async () => WebGLPainter, fetchCanvasPainter].slice(this.losses < MAX_CONTEXT_LOSSES ? 0 : 1);
    for (const kind of kinds) {
      try {
        return await this.painterOf(await kind());
      } catch (error) {
        if (kind === fetchCanvasPainter) throw error;
      }
    }
    return null;
  }

  async painterOf(Painter) {
    const canvas = Object.assign(document.createElement("canvas"), { className: "stage-canvas" });
    this.surface.replaceChildren(canvas);
    const painter = new Painter(canvas, this.shape, this.element.dataset.sprites);
    canvas.addEventListener("webglcontextlost", () => canvas.isConnected && this.revive());
    await Promise.all([painter.prepare(), painter.sheets.fetch("small")]);
    return painter;
  }

  /**
   * Recover from a lost WebGL context.
   *
   * The server's picture is shown until another canvas is drawn.
   */
  async revive() {
    this.losses += 1;
    this.element.classList.remove("is-drawn");
    try {
      const painter = await this.painter();
      if (!this.scene) return;
      this.drawn();
      this.fitTo(painter);
      this.scene.use(painter);
    } catch (error) {
      this.surface.remove();
      this.element.dispatchEvent(new Event("volante:montage-lost"));
    }
  }

  follow() {
    new ResizeObserver(() => this.fit()).observe(this.element);
    onHour((hour) => {
      this.scene.colours = hour;
      this.scene.weave();
    });
    document.addEventListener("volante:pulse", ({ detail }) => this.hear(detail));
    document.addEventListener("visibilitychange", () => this.attend());
    new IntersectionObserver((entries) => {
      this.isInView = entries[entries.length - 1].isIntersecting;
      this.attend();
    }).observe(this.element);
    setInterval(() => document.hidden || this.recheck(), RECHECK_MS);
  }

  get isAway() {
    return document.hidden || !this.isInView;
  }

  // While the stage is out of sight, draw nothing. What hatches then appears without flying in.
  attend() {
    this.scene.isAsleep = this.isAway;
    if (this.isAway) this.wasAway = true;
    else if (this.wasAway) this.catchUp();
  }

  catchUp() {
    this.scene.arrivals.hurry(performance.now());
    this.scene.show(this.numbers);
    this.recheck();
  }

  fit() {
    this.fitTo(this.scene.painter);
  }

  fitTo(painter) {
    const { clientWidth, clientHeight } = this.element;
    const { ratio } = this.pace;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    const { canvas } = painter;
    const isFitted = painter.front && canvas.width === width && canvas.height === height;
    if (!width || !height || isFitted) return;
    this.camera.frame(clientWidth, clientHeight);
    this.camera.limit(this.scene.slimmest());
    painter.resize(width, height);
    this.scene.layer = null;
    this.scene.change();
  }

  /** Handle a pulse `answer`, which says how many butterflies there are now. */
  hear(answer) {
    if (answer.cause !== this.element.dataset.cause) return;
    const before = this.heard;
    this.heard = answer;
    if (answer.count === this.numbers.count) {
      if (hidesChange(before, answer)) this.lookAgain();
      return;
    }
    const change = this.numbers.foresee(answer.count);
    if (change) this.take(change);
    else this.recheck();
  }

  async recheck() {
    try {
      this.take(await this.numbers.ask());
    } catch (error) {
      // The pulse reports it if the site is offline. Here it is enough to try again next time.
    }
  }

  take({ born, gone }) {
    if ((born.length || gone.length) && !this.isAway) {
      const isCrowd = this.wasAway || born.length > MAX_ARRIVALS;
      if (isCrowd) this.scene.arrivals.hurry(performance.now());
      this.scene.show(this.numbers, isCrowd ? [] : born);
    }
    this.wasAway = this.isAway;
    const detail = { born, gone, last: this.numbers.last };
    this.element.dispatchEvent(new CustomEvent("volante:montage-changed", { detail }));
  }

  /** Fly to butterfly `number`. `near` is how far to zoom in, 0 to 1 of the largest zoom. */
  flyTo(number, near = 1) {
    const place = this.scene.arrivals.flight(number, 0, 0);
    const zoom = Math.max(this.camera.zoom, this.camera.most * near);
    const [x, y] = [place.x * 2 ** -32, place.y * 2 ** -32];
    this.camera.flyTo({ x, y, zoom }, performance.now(), isStill() ? 0 : 1100);
    this.scene.moved();
  }
}
