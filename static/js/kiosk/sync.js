// When waiting records are sent: whenever there is a network, by one tab at a time. After failures
// the pauses grow, and the tablet never returns before the server allows it.

import { Outbox } from "./outbox.js";
import { RequestRefused } from "./request.js";

/** @import { Pairing, QueuedRecord, Receipt, SyncAnswer, SyncState } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

const LOCK = "volante-kiosk-sync";
const HEARTBEAT_MS = 60000;
const RETRY_MS = 2000;
const MAX_RETRY_MS = 300000;

export class Sync extends EventTarget {
  /** @param {Store} store */
  constructor(store) {
    super();
    this.store = store;
    this.failures = 0;
    /** @type {number | null} */
    this.timer = null;
    this.dueAt = 0;
    this.restsUntil = 0;
    /** @type {Promise<void> | null} */
    this.running = null;
    this.isAskedAgain = false;
    this.outbox = new Outbox(store, (...news) => this.hear(...news));
    // Shown to the volunteers. Only the time of the last sync is stored beyond the life of the app.
    /** @type {SyncState} */
    this.state = { isOnline: null, offlineSince: null, problem: "", gaps: [], skew: 0, campaign: null };
  }

  start() {
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    this.soon(0);
  }

  /**
   * Sync in `ms` or sooner, but never before the server allows it.
   *
   * @param {number} ms
   */
  soon(ms) {
    // Use the monotonic clock, because the tablet's clock may be set while waiting.
    const now = performance.now();
    const dueAt = Math.max(now + ms, this.restsUntil);
    if (this.timer && this.dueAt <= dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => this.begin(), dueAt - now);
  }

  /** Sync now. Resolve after a round that saw everything waiting now, whatever its outcome. */
  async run() {
    // The running round may have read the queue before the latest record was added.
    if (this.running) await this.running;
    await this.begin();
  }

  /** Send everything at the volunteers' request, including records that were refused before. */
  async sendAll() {
    await this.store.forgive();
    await this.run();
  }

  /** @returns {Promise<void>} */
  begin() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.running) {
      this.isAskedAgain = true;
      return this.running;
    }
    this.running = this.alone()
      .catch(() => this.soon(RETRY_MS))
      .then(() => {
        this.running = null;
        if (this.isAskedAgain) this.soon(0);
        this.isAskedAgain = false;
      });
    return this.running;
  }

  // One tab at a time where the browser has locks. Elsewhere both send, and the server stores each
  // record once.
  /** @returns {Promise<void | null>} */
  alone() {
    if (!navigator.locks) return this.round();
    return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      if (lock) return this.round();
      this.soon(RETRY_MS);
      return null;
    });
  }

  async round() {
    try {
      await this.emptyAll();
      await this.store.forgetFormer();
      this.failures = 0;
      this.restsUntil = 0;
      this.tell({ isOnline: true, offlineSince: null, problem: "" });
      this.soon(HEARTBEAT_MS);
    } catch (error) {
      this.fail(error);
    }
  }

  // A table that the server refuses must not hold back another's records. The current table comes
  // first.
  async emptyAll() {
    const pairings = await this.store.pairings();
    pairings.sort((one, other) => Number(other.current) - Number(one.current));
    /** @type {RequestRefused | null} */
    let refused = null;
    for (const pairing of pairings) {
      try {
        await this.outbox.empty(pairing);
      } catch (error) {
        if (!(error instanceof RequestRefused)) throw error;
        refused = refused || error;
      }
    }
    if (refused) throw refused;
  }

  /** @param {unknown} error */
  fail(error) {
    this.failures += 1;
    const isRefusal = error instanceof RequestRefused;
    const ceiling = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.failures);
    // Random jitter, so that tablets that lost the same network do not all return at once.
    const wait = ceiling * (0.5 + Math.random() / 2);
    const since = this.state.offlineSince || Date.now();
    if (isRefusal) {
      // The server is reachable and refused, so neither a new signature nor a network that returns
      // may ask sooner.
      this.restsUntil = performance.now() + Math.max(wait, Math.min(error.after * 1000, MAX_RETRY_MS));
      this.tell({ isOnline: true, offlineSince: null, problem: error.code || "busy" });
    } else this.tell({ isOnline: false, offlineSince: since, problem: "" });
    this.soon(wait);
  }

  /**
   * @param {SyncAnswer} answer
   * @param {Map<string, Receipt>} receipts
   * @param {QueuedRecord[]} batch
   * @param {Pairing} pairing
   */
  hear(answer, receipts, batch, { current }) {
    const { gaps = [], campaign = null } = answer;
    const skew = answer.server_time ? Date.now() - Date.parse(answer.server_time) : 0;
    this.store.write({ synced: Date.now() });
    // News about a former table does not concern the current one.
    this.tell(current ? { gaps, campaign, skew } : { skew });
    const hatching = batch.filter(({ id, flies }) => flies && isStored(receipts.get(id)));
    const detail = hatching.map(({ id }) => id);
    if (current && detail.length) this.dispatchEvent(new CustomEvent("stored", { detail }));
  }

  /** @param {Partial<SyncState>} change */
  tell(change) {
    Object.assign(this.state, change);
    this.dispatchEvent(new Event("state"));
  }
}

/** @param {Receipt | undefined} receipt */
const isStored = (receipt) => Boolean(receipt && receipt.status === "stored");
