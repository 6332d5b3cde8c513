// Sends what waits whenever there is network. Only a receipt removes a record; whatever is unclear
// is sent again, since the server takes each once.

import { ask, Refused } from "./server.js";

const LOCK = "volante-kiosk-sync";
const APP = "1";
const BEAT_MS = 60000;
const FIRST_MS = 2000;
const LONGEST_MS = 300000;
const SENT_HERE = ["too_large", "malformed"];
const SIZES = { batch: 50, body_bytes: 1000000 };

export class Sync extends EventTarget {
  constructor(store) {
    super();
    Object.assign(this, { store, limits: SIZES, failures: 0, timer: null, running: null });
    // What the crew is told; nothing of it outlives the app but the hour of the last sync.
    this.state = { isOnline: null, offlineSince: null, problem: "", gaps: [], tally: null };
    Object.assign(this.state, { review: {}, skew: 0, count: null, campaign: null });
  }

  start() {
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    this.soon(0);
  }

  /** Sync in `ms`, unless it happens sooner anyway. */
  soon(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), ms);
  }

  /** Sync now; resolves once this round is over, however it went. */
  run() {
    if (!this.running) {
      this.running = this.alone()
        .catch(() => {})
        .then(() => {
          this.running = null;
        });
    }
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
      this.failures = 0;
      this.tell({ isOnline: true, offlineSince: null, problem: "" });
      this.soon(BEAT_MS);
    } catch (error) {
      this.fail(error);
    }
  }

  // A former table that fails must not keep back what the present one has.
  async emptyAll() {
    const pairings = await this.store.pairings();
    const former = pairings.filter(({ current }) => !current);
    for (const pairing of pairings.filter(({ current }) => current)) await this.empty(pairing);
    for (const pairing of former) await this.empty(pairing);
  }

  fail(error) {
    this.failures += 1;
    const isAnswer = error instanceof Refused;
    const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    // Anywhere below it: tablets that lost the same network must not all come back at once.
    const wait = Math.max(most * (0.5 + Math.random() / 2), isAnswer ? error.after * 1000 : 0);
    const since = this.state.offlineSince || Date.now();
    if (isAnswer) this.tell({ isOnline: true, offlineSince: null, problem: error.code || "busy" });
    else this.tell({ isOnline: false, offlineSince: since, problem: "" });
    this.soon(wait);
  }

  /** Send all that `pairing` has, batch after batch; at least one message, so that the server sees us. */
  async empty(pairing) {
    const { kiosk, current } = pairing;
    const waits = (await this.store.queue(kiosk)).filter(({ refused }) => !refused);
    if (!current && !waits.length) return;
    let size = this.limits.batch;
    for (let first = true; first || waits.length; first = false) {
      const batch = this.fitting(waits, size);
      try {
        const left = await this.send(pairing, batch);
        waits.splice(0, batch.length);
        // No receipt for some: they go with the next round, not at once again.
        if (left.length === batch.length && batch.length) throw new Refused(503, "no_receipt");
      } catch (error) {
        if (!SENT_HERE.includes(error.code) || !batch.length) throw error;
        if (batch.length > 1) size = Math.ceil(batch.length / 2);
        else {
          // One that cannot even be read must not keep back the others.
          await this.store.settle(kiosk, [], [[batch[0].sequence, error.code]]);
          waits.shift();
        }
      }
    }
  }

  fitting(waits, size) {
    const batch = [];
    let bytes = 2000;
    for (const record of waits.slice(0, size)) {
      bytes += record.sealed.length + 200;
      if (batch.length && bytes > this.limits.body_bytes) break;
      batch.push(record);
    }
    return batch;
  }

  async send({ kiosk, secret }, batch) {
    const body = { ...(await this.report(kiosk)), records: batch.map(sendable) };
    const { answer } = await ask("/kiosk/sync", { secret, body });
    // What has no receipts is no answer of ours, whatever stands in between us and the server.
    if (!Array.isArray(answer.receipts)) throw new TypeError("No receipts");
    const receipts = new Map(answer.receipts.map((receipt) => [receipt.id, receipt]));
    const [removed, refused, left] = [[], [], []];
    for (const { id, sequence } of batch) {
      const { status, reason } = receipts.get(id) || {};
      if (status === "stored" || status === "review") removed.push(sequence);
      else if (status === "refused") refused.push([sequence, reason || "refused"]);
      else left.push(sequence);
    }
    await this.store.settle(kiosk, removed, refused);
    this.hear(answer, receipts);
    const hatching = batch.filter(({ id, flies }) => flies && isStored(receipts.get(id)));
    const detail = hatching.map(({ id }) => id);
    if (detail.length) this.dispatchEvent(new CustomEvent("stored", { detail }));
    return left;
  }

  async report(kiosk) {
    const [pairings, queue, shifts] = await Promise.all([
      this.store.pairings(),
      this.store.queue(kiosk),
      this.store.read("shifts"),
    ]);
    const { last, current } = pairings.find((each) => each.kiosk === kiosk);
    const oldest = queue.length ? new Date(queue[0].at).toISOString() : null;
    return {
      app: APP,
      device_time: new Date().toISOString(),
      battery: await batteryLevel(),
      waiting: queue.length,
      oldest,
      last_sequence: last,
      shifts: current ? shifts || [] : [],
    };
  }

  hear(answer, receipts) {
    const review = { ...this.state.review };
    for (const { status, reason } of receipts.values()) {
      if (status === "review") review[reason] = (review[reason] || 0) + 1;
    }
    const { gaps = [], tally = null, count = null, campaign = null } = answer;
    const skew = answer.server_time ? Date.now() - Date.parse(answer.server_time) : 0;
    this.store.write({ synced: Date.now() });
    this.tell({ review, gaps, tally, count, campaign, skew });
  }

  tell(change) {
    Object.assign(this.state, change);
    this.dispatchEvent(new Event("state"));
  }
}

const isStored = (receipt) => Boolean(receipt && receipt.status === "stored");
const sendable = ({ id, sequence, key, sealed }) => ({ id, sequence, key, sealed });

/** Return the charge from 0 to 1, or null where the browser does not say. */
export async function batteryLevel() {
  try {
    return (await navigator.getBattery()).level;
  } catch (error) {
    return null;
  }
}
