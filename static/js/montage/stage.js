// The square of a page where a montage is: puts a canvas over the server's picture, keeps it in step
// with the pulse, the size of the window and the hour.

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

// Few need it, so it is fetched only where there is no WebGL2.
const fetchCanvasPainter = async () => (await import("./canvas-painter.js")).CanvasPainter;

export class Stage {
  /** `element` has the addresses in its data, and the server's picture inside. */
  constructor(element) {
    this.element = element;
    this.numbers = new Numbers(element.dataset.numbers);
    this.camera = new Camera();
    this.surface = Object.assign(document.createElement("div"), { className: "stage-surface" });
    Object.assign(this, { isInView: true, wasAway: document.hidden, heard: null, losses: 0 });
    this.lookAgain = seldom(BETWEEN_MS, () => this.recheck());
  }

  /**
   * Draw for the first time; fails where the data cannot be had or no canvas drawn on. `news` is what
   * woke it, { before, answer }: it begins with how many there were, so that who came since flies in.
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

  // Once the canvas shows all of them, it takes the place of the server's picture.
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

  /** The graphics card is gone: the server's picture shows until another canvas is drawn. */
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

  // While nobody looks, nothing is drawn; what came meanwhile is there at once.
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

  /** The pulse beats: so many butterflies now. */
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
      // The pulse says so when the site is away; here the next question will do.
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

  /** Fly to butterfly `number`; `near` says how large it shall be, 0 to 1 of the largest. */
  flyTo(number, near = 1) {
    const place = this.scene.arrivals.flight(number, 0, 0);
    const zoom = Math.max(this.camera.zoom, this.camera.most * near);
    const [x, y] = [place.x * 2 ** -32, place.y * 2 ** -32];
    this.camera.flyTo({ x, y, zoom }, performance.now(), isStill() ? 0 : 1100);
    this.scene.moved();
  }
}
