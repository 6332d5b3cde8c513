// How many records to send at once. If a batch is rejected, halve it to find the faulty record. If
// none is faulty, the batches were too large for a proxy on the way.

export class Portions {
  constructor(most) {
    // Among the next `suspects` records one is faulty, or they are too many at once.
    Object.assign(this, { most, size: most, suspects: 0, smallest: most });
  }

  passed(n) {
    const wasLooking = this.suspects > 0;
    this.suspects = Math.max(0, this.suspects - n);
    if (wasLooking && !this.suspects) this.most = Math.ceil(this.smallest / 2);
    this.size = this.suspects ? Math.ceil(this.suspects / 2) : this.most;
  }

  failed(n) {
    Object.assign(this, { suspects: n, smallest: n, size: Math.ceil(n / 2) });
  }

  /** Return to the full size, because the faulty record was found. */
  found() {
    Object.assign(this, { suspects: 0, size: this.most });
  }
}
