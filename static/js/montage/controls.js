// Connects the reader's gestures, keys and buttons to the stage.

import { clamp } from "../lib/clamp.js";
import { getElement, getField } from "../parts/get-element.js";
import { prefersReducedMotion } from "../parts/page.js";
import { Gestures } from "./gestures.js";
import { listenToKeys } from "./keyboard.js";
import { PendingSignature } from "./pending-signature.js";
import { hitTest } from "./hit-test.js";
import { ViewDescription } from "./view-description.js";

/** @import { View } from "../../../types/montage" */
/** @import { ButterflyDetails } from "./butterfly-details.js" */
/** @import { Stage } from "./stage.js" */

const TOUCH_RADIUS = 26;
const HOVER_PIXELS = 14;
const BUTTON_FACTOR = 2;
const DOUBLE_FACTOR = 2.6;
const ZOOM_MS = 260;
const DESCRIBE_MS = 150;

export class Controls {
  /** @type {ButterflyDetails | null} */
  #details;
  /** @type {number} */
  #lastSize = 0;

  /**
   * `page` is the element around stage and card. `stage` is a started Stage.
   *
   * @param {WithData} page
   * @param {Stage} stage
   */
  constructor(page, stage) {
    this.page = page;
    this.stage = stage;
    this.scene = stage.scene;
    this.camera = stage.camera;
    this.#details = null;
    /** @type {Promise<{ ButterflyDetails: typeof ButterflyDetails }> | null} */
    this.loading = null;
    /** @type {string | undefined} */
    this.where = undefined;
    /** @type {number | undefined} */
    this.rest = undefined;
    this.description = new ViewDescription(page, stage);
    /** @param {number} number */
    const land = (number) => this.choose(number, { fly: true });
    new PendingSignature(page, stage, land);
    this.listen();
    this.scene.after = (view) => this.onFrame(view);
    stage.element.addEventListener("volante:montage-changed", () => this.description.say());
    this.description.say();
  }

  listen() {
    const { surface } = this.stage;
    const { camera } = this;
    Object.assign(surface, { tabIndex: 0 });
    surface.setAttribute("role", "application");
    surface.setAttribute("aria-label", this.page.dataset.label);
    surface.setAttribute("aria-describedby", getElement(this.page, "[data-seen]").id);
    /** @returns {[px: number, py: number]} */
    const middle = () => [camera.width / 2, camera.height / 2];
    /**
     * @param {number} dx
     * @param {number} dy
     */
    const pan = (dx, dy) => this.act(() => camera.pan(dx, dy));
    new Gestures(surface, {
      pan,
      zoom: (px, py, factor) => this.act(() => camera.zoomAt(px, py, factor)),
      tap: (px, py) => this.chooseAt(px, py),
      doubleTap: (px, py) => this.zoomSmoothly(px, py, DOUBLE_FACTOR),
      hover: (px, py) => this.hover(px, py),
      isWhole: () => camera.isWhole,
    });
    listenToKeys(surface, {
      pan,
      zoom: (factor) => this.zoomSmoothly(...middle(), factor),
      showAll: () => this.showAll(),
      choose: () => this.chooseAt(...middle(), true),
      close: () => this.close(),
    });
    const buttons = {
      in: () => this.zoomSmoothly(...middle(), BUTTON_FACTOR),
      out: () => this.zoomSmoothly(...middle(), 1 / BUTTON_FACTOR),
      all: () => this.showAll(),
    };
    for (const [name, action] of Object.entries(buttons)) {
      getElement(this.page, `[data-zoom="${name}"]`).addEventListener("click", action);
    }
    getElement(this.page, "[data-zooms]").hidden = false;
    getElement(this.page, "[data-find]").addEventListener("submit", (event) => this.find(event));
  }

  /** @param {() => void} move */
  act(move) {
    move();
    this.scene.moved();
  }

  // Zoom smoothly towards (px, py).
  /**
   * @param {number} px
   * @param {number} py
   * @param {number} factor
   */
  zoomSmoothly(px, py, factor) {
    const { camera } = this;
    const { x, y } = camera.toSquare(px, py);
    const zoom = clamp(camera.zoom * factor, 1, camera.maxZoom);
    const shift = 1 - camera.zoom / zoom;
    const goal = { x: camera.x + (x - camera.x) * shift, y: camera.y + (y - camera.y) * shift, zoom };
    this.act(() => camera.flyTo(goal, performance.now(), prefersReducedMotion() ? 0 : ZOOM_MS));
  }

  showAll() {
    const goal = { x: 0.5, y: 0.5, zoom: 1 };
    this.act(() => this.camera.flyTo(goal, performance.now(), prefersReducedMotion() ? 0 : 2 * ZOOM_MS));
  }

  /** @param {SubmitEvent} event */
  find(event) {
    event.preventDefault();
    const field = getField(/** @type {HTMLFormElement} */ (event.target), "n");
    const number = Number(field.value.replace(/\D/g, ""));
    if (number) this.choose(number, { fly: true, focus: true });
    else field.focus();
  }

  /**
   * @param {number} px
   * @param {number} py
   * @param {number} reach
   */
  pickAt(px, py, reach) {
    const { scene, stage } = this;
    const { ratio } = stage.frameBudget;
    const view = scene.view(performance.now());
    return scene.butterflies && hitTest(scene.butterflies, view, px * ratio, py * ratio, reach * ratio);
  }

  /**
   * @param {number} px
   * @param {number} py
   * @param {boolean} [focus]
   */
  chooseAt(px, py, focus = false) {
    const hit = this.pickAt(px, py, focus ? this.camera.width : TOUCH_RADIUS);
    if (hit) this.choose(hit.number, { focus });
    else this.close();
  }

  /**
   * @param {number | null} px
   * @param {number} [py]
   */
  hover(px, py = 0) {
    const isLarge = this.scene.butterflies && this.#lastSize >= HOVER_PIXELS;
    const hit = px === null || !isLarge ? null : this.pickAt(px, py, 0);
    const { hovered } = this.scene;
    if ((hit && hit.number) === (hovered && hovered.number)) return;
    this.scene.hovered = hit;
    this.scene.wake();
    if (this.#details) this.#details.tip.hidden = true;
    if (hit) this.withDetails((details) => details.showTooltip(hit.number));
  }

  /**
   * @param {number} number
   * @param {{ fly?: boolean, focus?: boolean }} [options]
   */
  choose(number, options) {
    return this.withDetails((details) => details.choose(number, options));
  }

  close() {
    if (this.#details) this.#details.close();
  }

  /** @param {(details: ButterflyDetails) => unknown} action */
  async withDetails(action) {
    this.loading = this.loading || import("./butterfly-details.js");
    try {
      const { ButterflyDetails } = await this.loading;
      this.#details = this.#details || new ButterflyDetails(this.page, this.stage);
    } catch (error) {
      // The network is offline. The next tap tries again.
      this.loading = null;
      return;
    }
    await action(this.#details);
  }

  /** @param {View} view */
  onFrame(view) {
    this.#lastSize = view.size / this.stage.frameBudget.ratio;
    // At this size nobody can tell which butterfly the pointer means.
    if (this.#lastSize < HOVER_PIXELS) this.scene.hovered = null;
    this.stage.element.classList.toggle("is-near", !this.camera.isWhole);
    if (this.#details) this.#details.onFrame(view, this.#lastSize);
    const where = [view.x, view.y, view.scale].join();
    if (where === this.where) return;
    this.where = where;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.description.say(), DESCRIBE_MS);
  }
}
