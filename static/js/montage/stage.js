// The square of a page that shows a montage. It puts a canvas over the server's picture. The canvas
// follows the pulse, the window size, and the switch between day and night.

import { throttle } from "../lib/throttle.js";
import { prefersReducedMotion } from "../parts/page.js";
import { Camera } from "./camera.js";
import { currentScheme, onSchemeChange } from "./color-scheme.js";
import { hasHiddenChange, ButterflyNumbers } from "./numbers.js";
import { FrameBudget } from "./frame-budget.js";
import { fetchShape } from "./shape-loader.js";
import { Scene } from "./scene.js";
import { WebGLRenderer } from "./webgl-renderer.js";

/** @import { MontageChange, Renderer, RendererClass, Shape } from "../../../types/montage" */
/** @import { PulseAnswer } from "../../../types/pulse" */
/** @import { Throttled } from "../lib/throttle.js" */

const RECHECK_MS = 30000;
const MIN_RECHECK_MS = 5000;
const MAX_ARRIVALS = 5000;
const MAX_CONTEXT_LOSSES = 2;

// Few browsers need it, so it is fetched only if there is no WebGL2.
const loadCanvasRenderer = async () => (await import("./canvas-renderer.js")).CanvasRenderer;

export class Stage {
  /** @type {boolean} */
  #isInView;
  /** @type {boolean} */
  #wasHidden;
  /** @type {number} */
  #losses;
  /** @type {Throttled<void>} */
  #recheckSoon;

  /**
   * `element` has the URLs in its data attributes, and contains the server's picture.
   *
   * @param {WithData} element
   */
  constructor(element) {
    this.element = element;
    this.numbers = new ButterflyNumbers(element.dataset.numbers);
    this.camera = new Camera();
    this.surface = Object.assign(document.createElement("div"), { className: "stage-surface" });
    this.#isInView = true;
    this.#wasHidden = document.hidden;
    /** @type {PulseAnswer | null} */
    this.lastPulse = null;
    this.#losses = 0;
    this.#recheckSoon = throttle(MIN_RECHECK_MS, () => this.recheck());
  }

  /**
   * Draw for the first time. Throw if the data cannot be fetched or no canvas can be drawn on.
   *
   * `news` is what started the stage: { before, answer }. The stage begins with the count `before`,
   * so that butterflies that hatched since then fly in.
   *
   * @param {{ before: number, answer: PulseAnswer }} [news]
   */
  async start(news) {
    const [shape] = await Promise.all([fetchShape(this.element.dataset.shape), this.numbers.ask()]);
    if (news) this.numbers.rewindTo(news.before);
    /** @type {Shape} */
    this.shape = shape;
    this.element.prepend(this.surface);
    const renderer = await this.renderer();
    const { budget } = /** @type {RendererClass} */ (renderer.constructor);
    /** @type {FrameBudget} */
    this.frameBudget = new FrameBudget(budget);
    this.frameBudget.onRatio = () => this.fit();
    const flying = Number(this.element.dataset.flying || 3);
    /** @type {Scene} */
    this.scene = new Scene({ shape, renderer, camera: this.camera, frameBudget: this.frameBudget, colours: currentScheme(), flying });
    this.fit();
    const drawn = this.drawn();
    this.scene.show(this.numbers);
    this.follow();
    await drawn;
    if (news) this.onPulse(news.answer);
  }

  // Replace the server's picture once the canvas shows all butterflies.
  /** @returns {Promise<void>} */
  drawn() {
    return new Promise((resolve) => {
      this.scene.onWhole = () => {
        this.scene.onWhole = () => {};
        this.element.classList.add("is-drawn");
        resolve();
      };
    });
  }

  /** @returns {Promise<Renderer>} */
  async renderer() {
    const kinds = [async () => WebGLRenderer, loadCanvasRenderer].slice(this.#losses < MAX_CONTEXT_LOSSES ? 0 : 1);
    for (const kind of kinds) {
      try {
        return await this.createRenderer(await kind());
      } catch (error) {
        if (kind === loadCanvasRenderer) throw error;
      }
    }
    throw new Error("No renderer");
  }

  /**
   * @param {RendererClass} Renderer
   * @returns {Promise<Renderer>}
   */
  async createRenderer(Renderer) {
    const canvas = Object.assign(document.createElement("canvas"), { className: "stage-canvas" });
    this.surface.replaceChildren(canvas);
    const renderer = new Renderer(canvas, this.shape, this.element.dataset.sprites);
    canvas.addEventListener("webglcontextlost", () => canvas.isConnected && this.recoverContext());
    await Promise.all([renderer.prepare(), renderer.sheets.fetch("small")]);
    return renderer;
  }

  /**
   * Recover from a lost WebGL context.
   *
   * The server's picture is shown until another canvas is drawn.
   */
  async recoverContext() {
    this.#losses += 1;
    this.element.classList.remove("is-drawn");
    try {
      const renderer = await this.renderer();
      if (!this.scene) return;
      this.drawn();
      this.fitTo(renderer);
      this.scene.use(renderer);
    } catch (error) {
      this.surface.remove();
      this.element.dispatchEvent(new Event("volante:montage-lost"));
    }
  }

  follow() {
    new ResizeObserver(() => this.fit()).observe(this.element);
    onSchemeChange((hour) => {
      this.scene.colours = hour;
      this.scene.updateLayout();
    });
    document.addEventListener("volante:pulse", ({ detail }) => this.onPulse(detail));
    document.addEventListener("visibilitychange", () => this.onVisibility());
    new IntersectionObserver((entries) => {
      this.#isInView = entries[entries.length - 1].isIntersecting;
      this.onVisibility();
    }).observe(this.element);
    setInterval(() => document.hidden || this.recheck(), RECHECK_MS);
  }

  get isHidden() {
    return document.hidden || !this.#isInView;
  }

  // While the stage is out of sight, draw nothing. What hatches then appears without flying in.
  onVisibility() {
    this.scene.isAsleep = this.isHidden;
    if (this.isHidden) this.#wasHidden = true;
    else if (this.#wasHidden) this.catchUp();
  }

  catchUp() {
    this.scene.arrivals.landAll(performance.now());
    this.scene.show(this.numbers);
    this.recheck();
  }

  fit() {
    this.fitTo(this.scene.renderer);
  }

  /** @param {Renderer} renderer */
  fitTo(renderer) {
    const { clientWidth, clientHeight } = this.element;
    const { ratio } = this.frameBudget;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    const { canvas } = renderer;
    const isFitted = renderer.front && canvas.width === width && canvas.height === height;
    if (!width || !height || isFitted) return;
    this.camera.frame(clientWidth, clientHeight);
    this.camera.limit(this.scene.closeUpSize());
    renderer.resize(width, height);
    this.scene.layer = null;
    this.scene.change();
  }

  /**
   * Handle a pulse `answer`, which says how many butterflies there are now.
   *
   * @param {PulseAnswer} answer
   */
  onPulse(answer) {
    if (answer.cause !== this.element.dataset.cause) return;
    const before = this.lastPulse;
    this.lastPulse = answer;
    if (answer.count === this.numbers.count) {
      if (hasHiddenChange(before, answer)) this.#recheckSoon();
      return;
    }
    const change = this.numbers.predict(answer.count);
    if (change) this.applyChange(change);
    else this.recheck();
  }

  async recheck() {
    try {
      this.applyChange(await this.numbers.ask());
    } catch (error) {
      // The pulse reports it if the site is offline. Here it is enough to try again next time.
    }
  }

  /** @param {MontageChange} change */
  applyChange({ born, gone }) {
    if ((born.length || gone.length) && !this.isHidden) {
      const isCrowd = this.#wasHidden || born.length > MAX_ARRIVALS;
      if (isCrowd) this.scene.arrivals.landAll(performance.now());
      this.scene.show(this.numbers, isCrowd ? [] : born);
    }
    this.#wasHidden = this.isHidden;
    const detail = { born, gone, last: this.numbers.last };
    this.element.dispatchEvent(new CustomEvent("volante:montage-changed", { detail }));
  }

  /**
   * Fly to butterfly `number`. `near` is how far to zoom in, 0 to 1 of the largest zoom.
   *
   * @param {number} number
   * @param {number} [near]
   */
  flyTo(number, near = 1) {
    const place = this.scene.arrivals.flight(number, 0, 0);
    const zoom = Math.max(this.camera.zoom, this.camera.maxZoom * near);
    const [x, y] = [place.x * 2 ** -32, place.y * 2 ** -32];
    this.camera.flyTo({ x, y, zoom }, performance.now(), prefersReducedMotion() ? 0 : 1100);
    this.scene.moved();
  }
}
