// What the graphics card runs. SPRITE computes the place, turn, size
// and colours of a butterfly from its x and number. Keep it the same
// as campaign/montage/layout.py and rendering/flock.py, in whole numbers.

import { Y_OF_X } from "./butterflies.js";

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
precision highp sampler2DArray;
`;

const SPRITE = `${HEAD}
layout(location = 0) in vec2 corner;
layout(location = 1) in uvec2 butterfly;
layout(location = 2) in vec4 flight;
layout(location = 3) in float seen;
uniform vec2 canvas;
uniform ivec2 eye;
uniform ivec2 centre;
uniform float scale, size, rim, drop, contrast, near;
uniform vec3 lift;
uniform usampler2D places;
uniform sampler2D colours;
uniform int anchors;
uniform float luminances[8];
uniform vec3 nearTints[32];
#ifdef SPECK
flat out vec4 stance;
#else
out vec2 at, shadeAt;
#endif
flat out vec3 ink, dark, light, spot;
flat out float pose, shown;

uint mixed(uint h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

int bearing(int across, int up) {
  int wide = abs(across), high = abs(up);
  int ratio = (min(wide, high) << 12) / max(max(wide, high), 1);
  int angle = (ratio * (8192 + ((2847 * (4096 - ratio)) >> 12))) >> 12;
  if (wide > high) angle = 16384 - angle;
  if (up < 0) angle = 32768 - angle;
  return across < 0 ? -angle : angle;
}

vec3 colourOf(ivec2 pixel, uint number) {
  uint which = texelFetch(places, pixel, 0).r;
  vec3 colour = texelFetch(colours, ivec2(max(int(which) - 1, 0), 0), 0).rgb * 255.0;
  uint hash = mixed(number + 0x9e3779b9u);
  int lighter = int(((hash & 0xffffu) * 17u) >> 16) - 8;
  int hue = int(((hash >> 16) * 17u) >> 16) - 8;
  int green = (hue * int(abs(colour.r - colour.b) + 0.5)) >> 8;
  return clamp(colour + float(lighter) + vec3(0, green, 0), 0.0, 255.0);
}

vec3 tint(int part, vec3 flatColour, vec3 change, float luminance) {
  vec3 far = flatColour * (1.0 + change);
  if (near > 0.0 && anchors > 0) {
    vec3 goal = nearTints[part];
    for (int each = 1; each < anchors; each += 1) {
      float way = (luminance - luminances[each - 1]) / (luminances[each] - luminances[each - 1]);
      goal = mix(goal, nearTints[4 * each + part], clamp(way, 0.0, 1.0));
    }
    far = mix(far, part == 0 ? goal + lift : goal, near);
  }
  return clamp(far, 0.0, 255.0) / 255.0;
}

void main() {
  uvec2 place = uvec2(butterfly.x, butterfly.x * ${Y_OF_X}u);
  ivec2 pixel = ivec2(place >> 22);
  uint look = mixed(butterfly.y);

  vec3 colour = colourOf(pixel, butterfly.y);
  float luminance = dot(colour, vec3(0.299, 0.587, 0.114));
  colour += clamp((90.0 - luminance) / 50.0, 0.0, 1.0) * lift;
  float soft = contrast * (1.0 - 0.5 * clamp((luminance - 180.0) / 50.0, 0.0, 1.0));
  ink = tint(0, colour, soft * vec3(-0.3, -0.36, -0.44), luminance);
  dark = tint(1, colour, soft * vec3(-0.06, -0.09, -0.1), luminance);
  light = tint(2, colour, soft * vec3(0.13, 0.12, 0.1), luminance);
  spot = tint(3, colour, soft * vec3(0.2), luminance);

  int spread = int(look & 0xffffu) - 32768;
  int away = (bearing(pixel.x - centre.x, centre.y - pixel.y) * 87) >> 8;
  float turn = (float(away + ((spread * 5737) >> 15)) + flight.z) * 9.587379924285257e-5;
  float jitter = float(980 + ((int((look >> 16) & 0xfffu) * 241) >> 12)) / 1000.0;
  float side = size * jitter * flight.w;
  float mirror = ((look >> 28) & 1u) == 1u ? -1.0 : 1.0;
  pose = float(look >> 29);
  shown = seen;

#ifdef SPECK
  stance = vec4(cos(turn), sin(turn), mirror, drop / side);
  gl_PointSize = side * SPECK;
  vec2 turned = vec2(0);
#else
  vec2 local = corner * 0.625;
  at = vec2(local.x * mirror, local.y) + 0.5;
  vec2 fall = vec2(sin(turn), cos(turn)) * (drop / side);
  shadeAt = at - vec2(fall.x * mirror, fall.y);
  vec2 turned = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * local * side;
#endif

  int low = int(rim * 2147483647.0);
  ivec2 fine = clamp(ivec2(place >> 1), ivec2(low), ivec2(2147483647 - low)) - eye;
  vec2 middle = (vec2(fine) / 2147483648.0 + flight.xy) * scale;
  gl_Position = vec4((middle + turned) / (canvas * 0.5) * vec2(1, -1), 0, 1);
}`;

const SHARES = `${HEAD}
#ifdef SPECK
flat in vec4 stance;
#else
in vec2 at, shadeAt;
#endif
flat in vec3 ink, dark, light, spot;
flat in float pose, shown;
uniform sampler2DArray sprites;
uniform float shadeLod, shadeDepth;
out vec4 colour;

float inside(vec2 point) {
  vec2 far = step(abs(point - 0.5), vec2(0.5));
  return far.x * far.y;
}

void main() {
#ifdef SPECK
  vec2 point = (gl_PointCoord - 0.5) * SPECK;
  vec2 local = mat2(stance.x, -stance.y, stance.y, stance.x) * point;
  vec2 at = vec2(local.x * stance.z, local.y) + 0.5;
  vec2 shadeAt = at - vec2(stance.y * stance.z, stance.x) * stance.w;
#endif
  vec4 share = texture(sprites, vec3(at, pose), -0.5) * inside(at);
  vec4 wing = vec4(ink, 1) * share.a;
  wing = mix(wing, vec4(dark, 1), share.r);
  wing = mix(wing, vec4(light, 1), share.g);
  wing = mix(wing, vec4(spot, 1), share.b);
  if (shadeDepth > 0.0) {
    float cover = textureLod(sprites, vec3(shadeAt, pose), shadeLod).a * shadeDepth * inside(shadeAt);
    wing += vec4(0.45 * (0.7 * ink + 0.3 * dark), 1) * cover * (1.0 - wing.a);
  }
  colour = wing * shown;
}`;

const DISC = `${HEAD}
layout(location = 0) in vec2 corner;
layout(location = 1) in vec4 disc;
layout(location = 2) in vec4 paint;
uniform vec2 canvas;
out vec2 at;
flat out vec2 radii;
flat out vec4 ink;
void main() {
  radii = disc.zw;
  ink = paint;
  at = corner * (disc.z + 1.5);
  gl_Position = vec4(((disc.xy + at) / canvas * 2.0 - 1.0) * vec2(1, -1), 0, 1);
}`;

const ROUND = `${HEAD}
in vec2 at;
flat in vec2 radii;
flat in vec4 ink;
out vec4 colour;
void main() {
  float far = length(at);
  colour = ink * clamp(radii.x + 0.5 - far, 0.0, 1.0) * clamp(far - radii.y + 0.5, 0.0, 1.0);
}`;

const PICTURE = `${HEAD}
layout(location = 0) in vec2 corner;
uniform vec4 box;
uniform float up;
out vec2 at;
void main() {
  at = corner * 0.5 + 0.5;
  gl_Position = vec4((box.xy + at * box.zw) * 2.0 - 1.0, 0, 1) * vec4(1, -1, 1, 1);
  if (up > 0.0) at.y = 1.0 - at.y;
}`;

const PLAIN = `${HEAD}
in vec2 at;
uniform sampler2D picture;
uniform float strength;
out vec4 colour;
void main() { colour = texture(picture, at) * strength; }`;

// A speck is a point instead of a square, so only one corner is computed instead of four. Its side
// is 1.4 times as long, so that a turned butterfly fits.
const SPECK = `${HEAD}#define SPECK 1.4\n`;
const [speckVertex, speckFragment] = [SPRITE, SHARES].map((source) => source.replace(HEAD, SPECK));

/**
 * Butterflies up to this many pixels may be painted as specks.
 *
 * Larger points have too much margin.
 */
export const MAX_SPECK_SIZE = 6;
/** @type {Record<string, [vertex: string, fragment: string]>} */
export const SOURCES = {
  sprite: [SPRITE, SHARES],
  speck: [speckVertex, speckFragment],
  disc: [DISC, ROUND],
  picture: [PICTURE, PLAIN],
};
