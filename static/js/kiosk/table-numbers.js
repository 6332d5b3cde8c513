// The butterflies of the cause as far as this tablet knows: the server's, then those that were signed
// here and have not hatched yet. Without a network the last answer counts.

import { Numbers } from "../montage/numbers.js";
import { ask } from "./server.js";

const PATIENCE_MS = 6000;

export class TableNumbers extends Numbers {
  /** `ahead()` resolves to how many were signed here and are not among the server's yet. */
  constructor(url, store, ahead) {
    super(url);
    Object.assign(this, { store, ahead, servers: { last: 0, free: [] } });
  }

  async ask() {
    this.servers = await this.known();
    return this.catchUp();
  }

  /** Count in what was signed here, by what the server last said; return { born, gone } against what was known. */
  async catchUp() {
    const ahead = await this.ahead();
    const { last, free } = this.servers;
    return this.learn(last + Math.max(0, ahead - free.length), free.slice(ahead));
  }

  /** The `many` highest numbers that are taken. */
  newest(many) {
    const taken = [];
    for (let number = this.last; number > 0 && taken.length < many; number -= 1) {
      if (this.has(number)) taken.push(number);
    }
    return taken.reverse();
  }

  async known() {
    try {
      const { answer } = await ask(this.url, { patience: PATIENCE_MS });
      const { last, free } = answer;
      if (!Array.isArray(free)) throw new TypeError("No numbers");
      await this.store.write({ numbers: { last, free } });
      return { last, free };
    } catch (error) {
      const kept = await this.store.read("numbers");
      if (kept) return kept;
      const { facts } = await this.store.read("campaign");
      return { last: facts.cause.count, free: [] };
    }
  }
}
