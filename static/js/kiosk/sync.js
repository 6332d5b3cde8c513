// When what waits is sent: whenever there is network, by one tab at a time, more and more rarely while it
// fails, and never before the server has said that we may come again.

import { Outbox } from "./outbox.js";
import { Refused } from "./server.js";

const LOCK = "volante-kiosk-sync";
const BEAT_MS = 60000;
const FIRST_MS = 2000;
const MAX_MS = 300000;

export class Sync extends EventTarget {
  constructor(store) {
    super();
    Object.assign(this, { store, failures: 0, timer: null, dueAt: 0, restsUntil: 0 });
    Object.assign(this, { running: null, isAskedAgain: false });
    this.outbox = new Outbox(store, (...news) => this.hear(...news));
    // What the crew is told; nothing of it outlives the app but the hour of the last sync.
    this.state = { isOnline: null, offlineSince: null, problem: "", gaps: [], skew: 0 };
    this.state.campaign = null;
  }

  start() {
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    this.soon(0);
  }

  /** Sync in `ms`, unless it happens sooner anyway; later where the server wants to be left alone. */
  soon(ms) {
    // The steady clock: that of the tablet may be set meanwhile.
    const now = performance.now();
    const dueAt = Math.max(now + ms, this.restsUntil);
    if (this.timer && this.dueAt <= dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => this.begin(), dueAt - now);
  }

  /** Sync now; resolves once a round is over that has seen all that waits now, however it went. */
  async run() {
    // The round that runs may have looked at the queue before the last came into it.
    if (this.running) await this.running;
    await this.begin();
  }

  /** Somebody of the crew wants all to go out: what was refused before is tried once more. */
  async sendAll() {
    await this.store.forgive();
    await this.run();
  }

  begin() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.running) {
      this.isAskedAgain = true;
      return this.running;
    }
    this.running = this.alone()
      .catch(() => this.soon(FIRST_MS))
      .then(() => {
        this.running = null;
        if (this.isAskedAgain) this.soon(0);
        this.isAskedAgain = false;
      });
    return this.running;
  }

  // One tab at a time, where the browser can tell; elsewhere both send, and the server takes it once.
  alone() {
    if (!navigator.locks) return this.round();
    return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      if (lock) return this.round();
      this.soon(FIRST_MS);
      return null;
    });
  }

  async round() {
    try {
      await this.emptyAll();
      await this.store.forgetFormer();
      Object.assign(this, { failures: 0, restsUntil: 0 });
      this.tell({ isOnline: true, offlineSince: null, problem: "" });
      this.soon(BEAT_MS);
    } catch (error) {
      this.fail(error);
    }
  }

  // A table that the server refuses must not keep back what another has; the present one comes first.
  async emptyAll() {
    const pairings = await this.store.pairings();
    pairings.sort((one, other) => Number(other.current) - Number(one.current));
    let refused = null;
    for (const pairing of pairings) {
      try {
        await this.outbox.empty(pairing);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused = refused || error;
      }
    }
    if (refused) throw refused;
  }

  fail(error) {
    this.failures += 1;
    const isAnswer = error instanceof Refused;
    const most = Math.min(MAX_MS, FIRST_MS * 2 ** this.failures);
    // Anywhere below it: tablets that lost the same network must not all come back at once.
    const wait = most * (0.5 + Math.random() / 2);
    const since = this.state.offlineSince || Date.now();
    if (isAnswer) {
      // Who answers is there: no signature and no network that comes back makes us ask sooner.
      this.restsUntil = performance.now() + Math.max(wait, Math.min(error.after * 1000, MAX_MS));
      this.tell({ isOnline: true, offlineSince: null, problem: error.code || "busy" });
    } else this.tell({ isOnline: false, offlineSince: since, problem: "" });
    this.soon(wait);
  }

  hear(answer, receipts, batch, { current }) {
    const { gaps = [], campaign = null } = answer;
    const skew = answer.server_time ? Date.now() - Date.parse(answer.server_time) : 0;
    this.store.write({ synced: Date.now() });
    // What is said of a table that was left is no news of this one.
    this.tell(current ? { gaps, campaign, skew } : { skew });
    const hatching = batch.filter(({ id, flies }) => flies && isStored(receipts.get(id)));
    const detail = hatching.map(({ id }) => id);
    if (current && detail.length) this.dispatchEvent(new CustomEvent("stored", { detail }));
  }

  tell(change) {
    Object.assign(this.state, change);
    this.dispatchEvent(new Event("state"));
  }
}

const isStored = (receipt) => Boolean(receipt && receipt.status === "stored");
