// Which butterflies there are: 1 … last, without the free numbers. The pulse says only how many;
// from it follows who hatched, as the next to hatch takes the lowest free number.

/**
 * Whether the pulse `answer` is news although the count is the one of `before`: as many withdrew as
 * hatched. An answer that differs in its pace alone is none.
 */
export function hidesChange(before, answer) {
  if (!before || before.count !== answer.count) return false;
  const counts = ({ petitions }) => JSON.stringify(petitions);
  return before.next_ms === answer.next_ms || counts(before) !== counts(answer);
}

export class Numbers {
  constructor(url) {
    Object.assign(this, { url, last: 0, free: [], etag: null, isKnown: false });
  }

  get count() {
    return this.last - this.free.length;
  }

  has(number) {
    return number >= 1 && number <= this.last && !this.free.includes(number);
  }

  /** Foresee who hatched when there are `count`; null where only the server can tell. */
  foresee(count) {
    const more = count - this.count;
    if (more < 0) return null;
    const born = this.free.splice(0, more);
    while (born.length < more) {
      this.last += 1;
      born.push(this.last);
    }
    return { born, gone: [] };
  }

  /** Know again what there was when there were `count`, where that can be told: none was free then. */
  goBackTo(count) {
    if (!this.free.length && count < this.last) this.last = count;
  }

  /** Ask the server; return { born, gone } against what was known. */
  async ask() {
    const headers = { Accept: "application/json" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const response = await fetch(this.url, { headers, cache: "no-store", credentials: "omit" });
    if (response.status === 304) return { born: [], gone: [] };
    if (!response.ok) throw new Error(`Numbers ${response.status}`);
    const { last, free } = await response.json();
    this.etag = response.headers.get("ETag");
    return this.learn(last, free);
  }

  // What was there before the first question came from nowhere: nobody was born.
  learn(last, free) {
    if (!this.isKnown) {
      Object.assign(this, { last, free, isKnown: true });
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
    Object.assign(this, { last, free });
    return { born, gone };
  }
}
