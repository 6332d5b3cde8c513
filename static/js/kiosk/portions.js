// How many records go at once. Where some cannot pass, the one at fault is looked for by halves; where
// there is none, they were too many for whatever stands at the door.

export class Portions {
  constructor(most) {
    // Among the next `suspects` records there is one at fault, or they are too many.
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

  /** The one at fault is out of the way. */
  found() {
    Object.assign(this, { suspects: 0, size: this.most });
  }
}
