// Paints a montage with WebGL2. The settled butterflies form a layer, painted once, in as many
// steps as needed. Every frame shows this layer and paints whatever moves over it.

import { deleteTarget, createPoses, createProgram, createTarget, createTexture } from "./webgl.js";
import { bringForward, layersFor } from "./layers.js";
import { MAX_SPECK_SIZE, SOURCES } from "./shaders.js";
import { SpriteSheets } from "./sprite-sheets.js";
import { contrastAt, liftOf, nearness } from "./tints.js";

/** @import { Box, Ground, LargeButterflies, PackedButterflies, Shape, View } from "../../../types/montage" */
/** @import { Program, Target } from "./webgl.js" */

const CORNERS = new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]);
const SHADE_DEPTH = 0.42;
const SHADE_BLUR = 0.07;
const FIXED_POINT = 2 ** 31;
/** @returns {Promise<void>} */
const nextTask = () => new Promise((done) => {
  setTimeout(done);
});

export class WebGLRenderer {
  /** @type {WebGL2RenderingContext} */
  #gl;
  /** @type {Record<string, Program>} */
  #programs;
  /** @type {WebGLBuffer} */
  #corners;
  /** @type {Record<string, WebGLVertexArrayObject>} */
  #arrays;
  /** @type {WebGLSync | null} */
  #fence = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Shape} shape
   * @param {string} sheetUrl
   */
  constructor(canvas, shape, sheetUrl) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: true });
    if (!gl) throw new Error("No WebGL2");
    this.canvas = canvas;
    this.#gl = gl;
    this.shape = shape;
    /** @type {WebGLTexture | null} */
    this.ground = null;
    /** @type {Uint32Array | null} */
    this.butterflies = null;
    /** @type {Target | null} */
    this.front = null;
    /** @type {Target | null} */
    this.back = null;
    /** @type {Target | null} */
    this.complete = null;
    this.#programs = {};
    this.places = createTexture(gl, "index", 1024, 1024, shape.pixels);
    const table = new Uint8Array(256 * 4);
    for (let at = 0; at < shape.colours.length; at += 1) {
      table[4 * Math.floor(at / 3) + (at % 3)] = shape.colours[at];
    }
    this.colours = createTexture(gl, "exact", 256, 1, table);
    this.sheets = new SpriteSheets(sheetUrl, (image) => createPoses(gl, image));
    this.#corners = this.buffer(CORNERS);
    this.settled = gl.createBuffer();
    this.moving = gl.createBuffer();
    this.discs = gl.createBuffer();
    this.#arrays = {
      settled: this.arrayOf(() => this.pairs(this.settled, 8)),
      specks: this.arrayOf(() => this.pairs(this.settled, 8, 0, 0), false),
      moving: this.arrayOf(() => {
        this.pairs(this.moving, 28);
        this.floats(2, this.moving, 4, 28, 8);
        this.floats(3, this.moving, 1, 28, 24);
      }),
      discs: this.arrayOf(() => {
        this.floats(1, this.discs, 4, 32, 0);
        this.floats(2, this.discs, 4, 32, 16);
      }),
    };
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Compile each program in its own task, because on a slow phone even one takes a while. */
  async prepare() {
    for (const [name, pair] of Object.entries(SOURCES)) {
      await nextTask();
      this.#programs[name] = createProgram(this.#gl, pair);
    }
  }

  /** @param {Float32Array<ArrayBuffer>} data */
  buffer(data) {
    const gl = this.#gl;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    return buffer;
  }

  /**
   * @param {() => void} describe
   * @param {boolean} [hasCorners]
   */
  arrayOf(describe, hasCorners = true) {
    const gl = this.#gl;
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    if (hasCorners) this.floats(0, this.#corners, 2, 8, 0, 0);
    describe();
    return array;
  }

  /**
   * @param {number} place
   * @param {WebGLBuffer} buffer
   * @param {number} count
   * @param {number} stride
   * @param {number} offset
   * @param {number} [divisor]
   */
  floats(place, buffer, count, stride, offset, divisor = 1) {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, count, gl.FLOAT, false, stride, offset);
    gl.vertexAttribDivisor(place, divisor);
  }

  /**
   * @param {WebGLBuffer} buffer
   * @param {number} stride
   * @param {number} [offset]
   * @param {number} [divisor]
   */
  pairs(buffer, stride, offset = 0, divisor = 1) {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 2, gl.UNSIGNED_INT, stride, offset);
    gl.vertexAttribDivisor(1, divisor);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    Object.assign(this.canvas, { width, height });
    for (const target of [this.front, this.back, this.complete]) if (target) deleteTarget(this.#gl, target);
    this.front = this.target();
    this.back = this.target();
    this.complete = null;
  }

  /** @returns {Target} */
  target() {
    return createTarget(this.#gl, this.canvas.width, this.canvas.height);
  }

  /** @param {Ground | null} ground */
  setGround(ground) {
    if (this.ground) this.#gl.deleteTexture(this.ground);
    this.ground = ground && createTexture(this.#gl, "rgba", ground.side, ground.side, ground.pixels);
  }

  /**
   * Begin a layer of `butterflies` (pairs of x and number) for `view`, over the ground and the dots.
   *
   * @param {View} view
   * @param {Uint32Array<ArrayBuffer>} butterflies
   * @param {Float32Array<ArrayBuffer> | null} dots
   */
  begin(view, butterflies, dots) {
    const gl = this.#gl;
    const back = /** @type {Target} */ (this.back);
    gl.bindFramebuffer(gl.FRAMEBUFFER, back.frame);
    this.clear();
    if (butterflies !== this.butterflies) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.settled);
      gl.bufferData(gl.ARRAY_BUFFER, butterflies, gl.DYNAMIC_DRAW);
      this.butterflies = butterflies;
    }
    back.view = view;
    const left = (view.width / 2 - view.x * view.scale) / view.width;
    const top = (view.height / 2 - view.y * view.scale) / view.height;
    /** @type {Box} */
    const box = [left, top, view.scale / view.width, view.scale / view.height];
    if (this.ground) this.picture(this.ground, box, view.ground);
    if (dots) this.paintDiscs(dots);
  }

  /**
   * Paint butterflies `from` up to, not including, `to`.
   *
   * Return false if sprites are not loaded.
   *
   * @param {number} from
   * @param {number} to
   * @returns {boolean}
   */
  paint(from, to) {
    const gl = this.#gl;
    const { frame, view } = /** @type {Target & { view: View }} */ (this.back);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    const areSpecks = view.size <= MAX_SPECK_SIZE;
    if (!this.useSprites(view, areSpecks ? "speck" : "sprite")) return false;
    gl.vertexAttrib4f(2, 0, 0, 0, 1);
    gl.vertexAttrib1f(3, 1);
    if (areSpecks) {
      gl.bindVertexArray(this.#arrays.specks);
      gl.drawArrays(gl.POINTS, from, to - from);
    } else {
      gl.bindVertexArray(this.#arrays.settled);
      this.pairs(this.settled, 8, from * 8);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, to - from);
    }
    if (this.#fence) gl.deleteSync(this.#fence);
    this.#fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return true;
  }

  /**
   * Return whether the graphics card is still painting the last batch.
   *
   * @returns {boolean}
   */
  isBusy() {
    const gl = this.#gl;
    const fence = this.#fence;
    return fence !== null && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED;
  }

  /** Show the new layer from now on, because it is complete. */
  finish() {
    bringForward(this, () => this.target());
  }

  /**
   * Paint the canvas: the layer as `view` shows it, then what moves over it.
   *
   * @param {View} view
   * @param {PackedButterflies} moving
   * @param {Float32Array<ArrayBuffer> | null} discs
   * @param {LargeButterflies | null} large
   */
  show(view, moving, discs, large) {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.clear();
    for (const [layer, box] of layersFor(this, view)) {
      this.clearBox(box);
      this.picture(layer.texture, box, 1, true);
    }
    this.paintMoving(view, moving);
    if (discs) this.paintDiscs(discs);
    if (large) this.paintMoving({ ...view, size: large.size }, large.butterflies);
  }

  /**
   * @param {View} view
   * @param {PackedButterflies | null} moving
   */
  paintMoving(view, moving) {
    const gl = this.#gl;
    if (!moving || !moving.count || !this.useSprites(view)) return;
    gl.bindVertexArray(this.#arrays.moving);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.moving);
    gl.bufferData(gl.ARRAY_BUFFER, moving.bytes, gl.STREAM_DRAW);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, moving.count);
  }

  /** @param {Float32Array<ArrayBuffer>} discs */
  paintDiscs(discs) {
    const gl = this.#gl;
    const { program, at } = this.#programs.disc;
    gl.useProgram(program);
    gl.uniform2f(at("canvas"), this.canvas.width, this.canvas.height);
    gl.bindVertexArray(this.#arrays.discs);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.discs);
    gl.bufferData(gl.ARRAY_BUFFER, discs, gl.STREAM_DRAW);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, discs.length / 8);
  }

  // Draw a texture in `box` (left, top, width, height as shares of the canvas). Render targets are
  // upside down.
  /**
   * @param {WebGLTexture} texture
   * @param {Box} box
   * @param {number} strength
   * @param {boolean} [isTarget]
   */
  picture(texture, box, strength, isTarget = false) {
    const gl = this.#gl;
    const { program, at } = this.#programs.picture;
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(at("picture"), 0);
    gl.uniform4fv(at("box"), box);
    gl.uniform1f(at("up"), isTarget ? 1 : 0);
    gl.uniform1f(at("strength"), strength);
    gl.bindVertexArray(this.#arrays.discs);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  clear() {
    const gl = this.#gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** @param {Box} box */
  clearBox([left, top, wide, high]) {
    const gl = this.#gl;
    const { width, height } = this.canvas;
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left * width, (1 - top - high) * height, wide * width, high * height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.disable(gl.SCISSOR_TEST);
  }

  /**
   * @param {View} view
   * @param {string} [kind]
   * @returns {boolean}
   */
  useSprites(view, kind = "sprite") {
    const sheet = this.sheets.for(view.size * 1.1);
    if (!sheet) return false;
    const { shape } = this;
    const gl = this.#gl;
    const { program, at } = this.#programs[kind];
    gl.useProgram(program);
    /** @type {[target: number, texture: WebGLTexture][]} */
    const textures = [[gl.TEXTURE_2D, this.places], [gl.TEXTURE_2D, this.colours], [gl.TEXTURE_2D_ARRAY, sheet.texture]];
    textures.forEach(([target, texture], unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(target, texture);
    });
    gl.uniform1i(at("places"), 0);
    gl.uniform1i(at("colours"), 1);
    gl.uniform1i(at("sprites"), 2);
    gl.uniform2f(at("canvas"), view.width, view.height);
    const [eyeX, eyeY] = [view.x, view.y].map((v) => Math.min(FIXED_POINT - 1, Math.round(v * FIXED_POINT)));
    gl.uniform2i(at("eye"), eyeX, eyeY);
    gl.uniform2i(at("centre"), ...shape.centre);
    const lod = Math.log2(sheet.side * Math.max(SHADE_BLUR, 1 / view.size));
    const numbers = {
      scale: view.scale,
      size: view.size,
      rim: view.rim,
      drop: Math.max(1, view.size * 0.03),
      contrast: contrastAt(view.size),
      near: nearness(view.size),
      shadeLod: lod,
      shadeDepth: view.size < 3 ? 0 : SHADE_DEPTH,
    };
    for (const [name, value] of Object.entries(numbers)) gl.uniform1f(at(name), value);
    gl.uniform3fv(at("lift"), liftOf(shape, view.night));
    gl.uniform1i(at("anchors"), shape.near.length);
    if (shape.near.length) {
      gl.uniform1fv(at("luminances"), shape.near.map(({ luminance }) => luminance));
      const tints = shape.near.flatMap((anchor) => [anchor.ink, anchor.dark, anchor.light, anchor.spot].flat());
      gl.uniform3fv(at("nearTints"), tints);
    }
    return true;
  }
}

/**
 * How many butterflies the first frames may paint, few enough for a phone without a graphics card.
 */
WebGLRenderer.budget = 6000;
