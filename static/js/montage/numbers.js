// Which butterflies exist: 1 … last, without the free numbers. The pulse reports only their count.
// The next to hatch always gets the lowest free number, so the count tells which numbers hatched.

/** @import { MontageChange } from "../../../types/montage" */
/** @import { PulseAnswer } from "../../../types/pulse" */

/**
 * Return whether the pulse `answer` reports a change although its count equals that of `before`.
 *
 * That happens when as many supporters withdrew as hatched. An answer that differs only in
 * `next_ms` reports no change.
 *
 * @param {PulseAnswer | null} before
 * @param {PulseAnswer} answer
 * @returns {boolean}
 */
export function hasHiddenChange(before, answer) {
  if (!before || before.count !== answer.count) return false;
  /** @param {PulseAnswer} answer */
  const counts = ({ petitions }) => JSON.stringify(petitions);
  return before.next_ms === answer.next_ms || counts(before) !== counts(answer);
}

export class ButterflyNumbers {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.last = 0;
    /** @type {number[]} */
    this.free = [];
    /** @type {string | null} */
    this.etag = null;
    this.isKnown = false;
  }

  get count() {
    return this.last - this.free.length;
  }

  /**
   * @param {number} number
   * @returns {boolean}
   */
  has(number) {
    return number >= 1 && number <= this.last && !this.free.includes(number);
  }

  /**
   * Predict which numbers hatched if there are now `count`.
   *
   * Return null if only the server knows.
   *
   * @param {number} count
   * @returns {MontageChange | null}
   */
  predict(count) {
    const added = count - this.count;
    if (added < 0) return null;
    const born = this.free.splice(0, added);
    while (born.length < added) {
      this.last += 1;
      born.push(this.last);
    }
    return { born, gone: [] };
  }

  /**
   * Go back to the state with `count` butterflies.
   *
   * That state is known only if no number is free.
   *
   * @param {number} count
   */
  rewindTo(count) {
    if (!this.free.length && count < this.last) this.last = count;
  }

  /**
   * Ask the server, and return { born, gone } compared with what was known.
   *
   * @returns {Promise<MontageChange>}
   */
  async ask() {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const response = await fetch(this.url, { headers, cache: "no-store", credentials: "omit" });
    if (response.status === 304) return { born: [], gone: [] };
    if (!response.ok) throw new Error(`Numbers ${response.status}`);
    const { last, free } = await response.json();
    this.etag = response.headers.get("ETag");
    return this.learn(last, free);
  }

  // The first answer is the starting point, so none of its numbers counts as born.
  /**
   * @param {number} last
   * @param {number[]} free
   * @returns {MontageChange}
   */
  learn(last, free) {
    if (!this.isKnown) {
      this.last = last;
      this.free = free;
      this.isKnown = true;
      return { born: [], gone: [] };
    }
    const [before, now] = [new Set(this.free), new Set(free)];
    const born = [...before].filter((number) => number <= last && !now.has(number));
    const gone = free.filter((number) => number <= this.last && !before.has(number));
    for (let number = this.last + 1; number <= last; number += 1) {
      if (!now.has(number)) born.push(number);
    }
    for (let number = last + 1; number <= this.last; number += 1) {
      if (!before.has(number)) gone.push(number);
    }
    this.last = last;
    this.free = free;
    return { born, gone };
  }
}
