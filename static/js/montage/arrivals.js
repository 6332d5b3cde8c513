// Butterflies on the way to their place. Up to a dozen arrive one after another, with a few in the
// air at a time. More than that arrive together, as a swarm.

import { bearing, hash32 } from "../lib/montage-layout.js";
import { easeArrival } from "./easing.js";
import { yOf } from "./butterflies.js";

/** @import { Flight, PackedButterflies, PlacedButterfly, View } from "../../../types/montage" */
/** @import { Places } from "../lib/montage-layout.js" */

const FLIGHT_MS = 1400;
const FADE_MS = 200;
const BETWEEN_MS = 300;
const SWARM_SIZE = 12;
const SWARM_MS = 800;
const MIN_PIXELS = 30;
const STRIDE = 28;
const EDGE = 0.92;
const UNIT = 2 ** -32;

export class Arrivals {
  /**
   * `places` is a Places, and `centre` is the shape's centre. Of those that come one by one, at
   * most `maxFlying` are in the air.
   *
   * @param {Places} places
   * @param {[number, number]} centre
   * @param {number} maxFlying
   */
  constructor(places, centre, maxFlying) {
    this.places = places;
    this.centre = centre;
    this.maxFlying = maxFlying;
    /** @type {number[]} */
    this.queue = [];
    /** @type {Flight[]} */
    this.flying = [];
    /** @type {Flight[]} */
    this.landed = [];
    this.nextAt = 0;
  }

  get isBusy() {
    return this.flying.length > 0 || this.queue.length > 0;
  }

  /**
   * The numbers that have not reached their place yet.
   *
   * @returns {number[]}
   */
  get underway() {
    return [...this.queue, ...this.flying.map(({ number }) => number)];
  }

  /**
   * Start the arrival of `numbers`. In a swarm at most `maxFlights` fly, and the others only fade in.
   *
   * @param {number[]} numbers
   * @param {number} now
   * @param {{ still: boolean, maxFlights: number }} limits
   */
  add(numbers, now, { still, maxFlights }) {
    if (still) {
      this.flying.push(...numbers.map((number) => this.flight(number, now, FADE_MS)));
    } else if (this.queue.length + numbers.length <= SWARM_SIZE) {
      this.queue.push(...numbers);
    } else {
      [...this.queue.splice(0), ...numbers].forEach((number, at) => {
        const start = now + (at < maxFlights ? (SWARM_MS * hash32(number)) / 2 ** 32 : SWARM_MS);
        this.flying.push(this.flight(number, start, at < maxFlights ? FLIGHT_MS : FADE_MS));
      });
    }
  }

  /**
   * Remove numbers that are free again, wherever they are.
   *
   * @param {number[]} numbers
   */
  remove(numbers) {
    const removed = new Set(numbers);
    this.queue = this.queue.filter((number) => !removed.has(number));
    this.flying = this.flying.filter(({ number }) => !removed.has(number));
    this.landed = this.landed.filter(({ number }) => !removed.has(number));
  }

  /**
   * Land all that are still on the way.
   *
   * @param {number} now
   */
  landAll(now) {
    this.landed.push(...this.queue.splice(0).map((number) => this.flight(number, now, 0)));
    this.landed.push(...this.flying.splice(0));
  }

  /**
   * @param {number} number
   * @param {number} start
   * @param {number} ms
   * @returns {Flight}
   */
  flight(number, start, ms) {
    const x = this.places.between(number, number).x[0];
    return { number, x, y: yOf(x), start, ms };
  }

  /**
   * Start the next flight if it is time, and end finished flights. Return whether any landed.
   *
   * @param {number} now
   * @returns {boolean}
   */
  step(now) {
    if (this.queue.length && this.flying.length < this.maxFlying && now >= this.nextAt) {
      this.flying.push(this.flight(/** @type {number} */ (this.queue.shift()), now, FLIGHT_MS));
      this.nextAt = now + BETWEEN_MS;
    }
    const over = this.flying.filter(({ start, ms }) => now >= start + ms);
    if (!over.length) return false;
    this.flying = this.flying.filter(({ start, ms }) => now < start + ms);
    this.landed.push(...over);
    return true;
  }

  /**
   * Forget landed numbers that are now among the settled, that is, where `settled(number)` is true.
   *
   * @param {(number: number) => boolean} settled
   */
  settle(settled) {
    this.landed = this.landed.filter(({ number }) => !settled(number));
  }

  /**
   * Return what to paint over the settled ones: { count, bytes }.
   *
   * WebGLRenderer defines the layout.
   *
   * @param {number} now
   * @param {View} view
   * @param {number} ratio
   * @returns {PackedButterflies}
   */
  pack(now, view, ratio) {
    const all = [...this.landed, ...this.flying.filter(({ start }) => now >= start)];
    const bytes = new ArrayBuffer(all.length * STRIDE);
    all.forEach((each, at) => {
      new Uint32Array(bytes, at * STRIDE, 2).set([each.x, each.number]);
      new Float32Array(bytes, at * STRIDE + 8, 5).set(this.stance(each, now, view, ratio));
    });
    return { count: all.length, bytes };
  }

  /**
   * @param {Flight} each
   * @param {number} now
   * @param {View} view
   * @param {number} ratio
   * @returns {number[]}
   */
  stance(each, now, view, ratio) {
    const part = each.ms ? Math.min(1, (now - each.start) / each.ms) : 1;
    if (part >= 1) return [0, 0, 0, 1, 1];
    if (each.ms === FADE_MS) return [0, 0, 0, 1, part];
    if (!each.from) each.from = this.edge(each, view);
    const left = 1 - easeArrival(part);
    const { across, down, bend } = each.from;
    // A shallow curve. Halfway, its distance from the
    // straight line is half of `bend` times the length.
    const aside = 2 * left * (1 - left) * bend;
    const dx = across * left - down * aside;
    const dy = down * left + across * aside;
    const slope = 2 * (1 - 2 * left) * bend;
    const heading = Math.atan2(-(across + down * slope), down - across * slope);
    const turn = (this.turnTo(each, heading) * left ** 0.5) | 0;
    const minScale = Math.max(1, (MIN_PIXELS * ratio) / view.size);
    return [dx, dy, turn, 1 + (minScale - 1) * left ** 0.4, Math.min(1, part * 5)];
  }

  // Return where a butterfly starts, relative to its place: just inside the edge of the view. It
  // fades in there, because the canvas would cut off one that starts farther out.
  /**
   * @param {PlacedButterfly} place
   * @param {View} view
   */
  edge({ number, x, y }, view) {
    const hash = hash32(number ^ 0x5bd1e995);
    const angle = (hash / 2 ** 32) * 2 * Math.PI;
    const wide = (EDGE * view.width) / 2 / view.scale;
    const high = (EDGE * view.height) / 2 / view.scale;
    return {
      across: view.x + Math.cos(angle) * wide - x * UNIT,
      down: view.y + Math.sin(angle) * high - y * UNIT,
      bend: hash & 1 ? 0.36 : -0.36,
    };
  }

  // Return how far `heading` (radians, clockwise from
  // up) is from the turn at rest, in 1/65,536 turns.
  /**
   * @param {PlacedButterfly} place
   * @param {number} heading
   * @returns {number}
   */
  turnTo({ number, x, y }, heading) {
    const outward = (bearing((x >>> 22) - this.centre[0], this.centre[1] - (y >>> 22)) * 87) >> 8;
    const rest = outward + ((((hash32(number) & 0xffff) - 32768) * 5737) >> 15);
    const turn = ((heading / (2 * Math.PI)) * 65536 - rest) % 65536;
    return turn > 32768 ? turn - 65536 : turn < -32768 ? turn + 65536 : turn;
  }
}
