// The few WebGL2 helpers that a montage needs: programs, textures and render targets.

/** @import { View } from "../../../types/montage" */

/**
 * A program, and where its uniforms are.
 *
 * @typedef {object} Program
 * @property {WebGLProgram} program
 * @property {(name: string) => WebGLUniformLocation | null} at
 */

/** @typedef {{ texture: WebGLTexture, frame: WebGLFramebuffer, view: View | null }} Target */

/**
 * Return { program, at(name) } for two shader sources.
 *
 * If they fail, throw the driver's messages.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {[vertex: string, fragment: string]} sources
 * @returns {Program}
 */
export function createProgram(gl, [vertex, fragment]) {
  const program = gl.createProgram();
  /** @type {[kind: number, source: string][]} */
  const sources = [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ];
  const shaders = sources.map(([kind, source]) => {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    return shader;
  });
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const logs = shaders.map((shader) => gl.getShaderInfoLog(shader)).join("\n");
    throw new Error(gl.getProgramInfoLog(program) + logs);
  }
  /** @type {Map<string, WebGLUniformLocation | null>} */
  const locations = new Map();
  /** @param {string} name */
  const at = (name) => {
    if (!locations.has(name)) locations.set(name, gl.getUniformLocation(program, name));
    return locations.get(name) ?? null;
  };
  return { program, at };
}

/**
 * Return a texture of bytes. `kind` is "rgba" (smooth), "exact" (RGBA) or "index" (one byte).
 *
 * @param {WebGL2RenderingContext} gl
 * @param {string} kind
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array<ArrayBuffer> | null} pixels
 * @returns {WebGLTexture}
 */
export function createTexture(gl, kind, width, height, pixels) {
  const [inner, format] =
    kind === "index" ? [gl.R8UI, gl.RED_INTEGER] : [gl.RGBA8, gl.RGBA];
  const filter = kind === "rgba" ? gl.LINEAR : gl.NEAREST;
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texImage2D(gl.TEXTURE_2D, 0, inner, width, height, 0, format, gl.UNSIGNED_BYTE, pixels);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/**
 * Return a texture with a framebuffer to draw into.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {number} width
 * @param {number} height
 * @returns {Target}
 */
export function createTarget(gl, width, height) {
  const texture = createTexture(gl, "rgba", width, height, null);
  const frame = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  return { texture, frame, view: null };
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Target} target
 */
export function deleteTarget(gl, target) {
  gl.deleteFramebuffer(target.frame);
  gl.deleteTexture(target.texture);
}

/**
 * Return the eight poses of a sprite sheet as the layers of one texture, with mipmaps.
 *
 * The sheet's channels are shares of a pixel. They can be blended because they are premultiplied by
 * its coverage (alpha).
 *
 * @param {WebGL2RenderingContext} gl
 * @param {HTMLImageElement} image
 * @returns {Promise<{ texture: WebGLTexture, side: number }>}
 */
export async function createPoses(gl, image) {
  const side = image.width / 4;
  const poses = await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      createImageBitmap(image, side * (at % 4), side * (at >> 2), side, side, {
        premultiplyAlpha: "premultiply",
        colorSpaceConversion: "none",
      }),
    ),
  );
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
  gl.texStorage3D(gl.TEXTURE_2D_ARRAY, Math.log2(side) + 1, gl.RGBA8, side, side, 8);
  poses.forEach((pose, at) => {
    gl.texSubImage3D(
      gl.TEXTURE_2D_ARRAY, 0, 0, 0, at, side, side, 1, gl.RGBA, gl.UNSIGNED_BYTE, pose,
    );
    pose.close();
  });
  gl.generateMipmap(gl.TEXTURE_2D_ARRAY);
  gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return { texture, side };
}
