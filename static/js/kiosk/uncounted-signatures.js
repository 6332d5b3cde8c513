// Signatures made here with a witness that are not among the server's butterflies yet: those in the
// queue, and those stored but not hatched. For each stored record the server answers with the last
// counted number of the cause. It answers the same for someone who had signed before, so it reveals
// nobody's number.

import { request } from "./request.js";

/** @import { Pairing } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

const MAX_CHECKS = 20;
const MAX_IDS = 500;

export class UncountedSignatures {
  /** @param {Store} store */
  constructor(store) {
    // `stored` maps the id of each record on the server to how often we still ask for it.
    this.store = store;
    /** @type {Map<string, number>} */
    this.stored = new Map();
    /** @type {Map<string, number>} */
    this.counted = new Map();
  }

  /**
   * Track records that the server has stored, because the queue no longer holds them.
   *
   * @param {string[]} ids
   */
  expect(ids) {
    for (const id of ids) if (!this.stored.has(id)) this.stored.set(id, MAX_CHECKS);
  }

  /**
   * Return whether a stored record is not yet covered by the server's numbers up to `last`.
   *
   * @param {number} last
   * @returns {boolean}
   */
  isOpen(last) {
    return [...this.stored].some(([id, checks]) => checks && !this.isAmong(id, last));
  }

  /**
   * Return how many signatures the server's numbers up to `last` do not include yet.
   *
   * @param {number} last
   * @returns {Promise<number>}
   */
  async count(last) {
    const { ids } = await this.look();
    return ids.filter((id) => !this.isAmong(id, last)).length;
  }

  /**
   * @param {string} id
   * @param {number} last
   * @returns {boolean}
   */
  isAmong(id, last) {
    const counted = this.counted.get(id);
    return counted !== undefined && counted <= last;
  }

  /** Ask the server which of the other records are counted. Throws if it does not answer. */
  async ask() {
    const { secret, ids } = await this.look();
    const unknown = ids.filter((id) => !this.counted.has(id)).slice(0, MAX_IDS);
    if (!unknown.length) return;
    const { answer } = await request("/kiosk/numbers", { secret, body: { ids: unknown } });
    const { counted = {} } = answer;
    for (const id of unknown) {
      const checks = this.stored.get(id);
      if (id in counted) this.counted.set(id, counted[id]);
      else if (checks !== undefined) this.stored.set(id, checks - 1);
    }
  }

  // Only the current table's signatures count here, and stored records that never hatch are given
  // up.
  /** @returns {Promise<{ secret: string | undefined, ids: string[] }>} */
  async look() {
    /** @type {Partial<Pairing>} */
    const { kiosk, secret } = (await this.store.pairing()) || {};
    const queue = kiosk ? await this.store.queue(kiosk) : [];
    const witnessed = queue.filter(({ flies, refused }) => flies && !refused).map(({ id }) => id);
    const stored = [...this.stored].filter(([, checks]) => checks > 0).map(([id]) => id);
    return { secret, ids: [...new Set([...witnessed, ...stored])] };
  }
}
