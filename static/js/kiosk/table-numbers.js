// The butterflies of the cause as far as this tablet knows: the server's, plus those signed here
// that have not hatched yet. Without a network, the last answer counts.

import { ButterflyNumbers } from "../montage/numbers.js";
import { storedCampaign } from "./campaign.js";
import { request } from "./request.js";

/** @import { MontageChange, TakenNumbers } from "../../../types/montage" */
/** @import { Store } from "./store.js" */
/** @import { UncountedSignatures } from "./uncounted-signatures.js" */

const TIMEOUT_MS = 6000;

export class TableNumbers extends ButterflyNumbers {
  /**
   * `ahead` knows which signatures made here are not among the server's numbers yet.
   *
   * @param {string} url
   * @param {Store} store
   * @param {UncountedSignatures} ahead
   */
  constructor(url, store, ahead) {
    super(url);
    this.store = store;
    this.ahead = ahead;
    /** @type {TakenNumbers | null} */
    this.servers = null;
  }

  /** @override */
  async ask() {
    const servers = await this.known();
    // Ask first how far the server's numbers reach, then which of ours are counted. This order
    // counts nobody twice.
    const isAnswered = await this.ahead.ask().then(() => true, () => false);
    if (isAnswered) await this.store.write({ numbers: servers });
    if (isAnswered || !this.servers) this.servers = servers;
    return this.catchUp();
  }

  /**
   * Add the signatures made here to the server's last numbers.
   *
   * Return { born, gone } compared with what was known.
   *
   * @returns {Promise<MontageChange>}
   */
  async catchUp() {
    const { last, free } = this.servers || (await this.known());
    const ahead = await this.ahead.count(last);
    return this.learn(last + Math.max(0, ahead - free.length), free.slice(ahead));
  }

  /**
   * Return the `many` highest taken numbers.
   *
   * @param {number} many
   * @returns {number[]}
   */
  newest(many) {
    const taken = [];
    for (let number = this.last; number > 0 && taken.length < many; number -= 1) {
      if (this.has(number)) taken.push(number);
    }
    return taken.reverse();
  }

  /** @returns {Promise<TakenNumbers>} */
  async known() {
    try {
      const { answer } = await request(this.url, { timeoutMs: TIMEOUT_MS });
      const { last, free } = answer;
      if (!Array.isArray(free)) throw new TypeError("No numbers");
      return { last, free };
    } catch (error) {
      const stored = await this.store.read("numbers");
      if (stored) return stored;
      const campaign = await storedCampaign(this.store);
      if (!campaign) throw error;
      return { last: campaign.cause.count, free: [] };
    }
  }
}
