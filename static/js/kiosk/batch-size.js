// How many records to send at once. If a batch is rejected, halve it to find the faulty record. If
// none is faulty, the batches were too large for a proxy on the way.

export class BatchSize {
  /** @type {number} */
  #suspects;
  /** @type {number} */
  #smallest;

  /** @param {number} limit */
  constructor(limit) {
    // Among the next `suspects` records one is faulty, or they are too many at once.
    this.maxSize = limit;
    this.size = limit;
    this.#suspects = 0;
    this.#smallest = limit;
  }

  /** @param {number} count */
  passed(count) {
    const wasLooking = this.#suspects > 0;
    this.#suspects = Math.max(0, this.#suspects - count);
    if (wasLooking && !this.#suspects) this.maxSize = Math.ceil(this.#smallest / 2);
    this.size = this.#suspects ? Math.ceil(this.#suspects / 2) : this.maxSize;
  }

  /** @param {number} count */
  failed(count) {
    this.#suspects = count;
    this.#smallest = count;
    this.size = Math.ceil(count / 2);
  }

  /** Return to the full size, because the faulty record was found. */
  reset() {
    this.#suspects = 0;
    this.size = this.maxSize;
  }
}
