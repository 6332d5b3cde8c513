// Sends one table's queue in batches. Only a receipt removes a record. Anything unclear is sent
// again, since the server stores each record only once.

import { battery } from "./battery.js";
import { Portions } from "./portions.js";
import { ask, Refused } from "./server.js";

const APP = "1";
const ENVELOPE_BYTES = 2000;
const RECORD_BYTES = 200;
const TOO_LARGE = 413;
const STUMBLE = 500;

export class Outbox {
  /**
   * Call `hear(answer, receipts, batch, pairing)` for each valid answer.
   *
   * `receipts` maps record ids to receipts.
   */
  constructor(store, hear) {
    Object.assign(this, { store, hear, limits: { batch: 50, body_bytes: 1000000 } });
    // How many records the network can carry before a request times out, as far as we know.
    this.carried = Infinity;
  }

  /**
   * Send everything `pairing` has, batch by batch.
   *
   * Send at least one message for the current table, so that the server sees the tablet.
   */
  async empty(pairing) {
    const { kiosk, current, shifts = [] } = pairing;
    const waits = (await this.store.queue(kiosk)).filter(({ refused }) => !refused);
    if (!current && !waits.length && !shifts.length) return;
    const portions = new Portions(this.limits.batch);
    let stumble = null;
    for (let first = true; first || waits.length; first = false) {
      const batch = this.fitting(waits, Math.min(portions.size, this.carried));
      try {
        await this.send(pairing, batch);
        waits.splice(0, batch.length);
        portions.passed(batch.length);
        this.carried += 1;
      } catch (error) {
        // The batch was too slow, so send half as many next round, or they would never arrive.
        if (error.name === "AbortError") this.carried = Math.ceil(batch.length / 2) || 1;
        if (!batch.length || !isOfOne(error)) throw error;
        if (batch.length > 1) {
          portions.failed(batch.length);
          continue;
        }
        // One faulty record must not hold back the others.
        waits.shift();
        portions.found();
        if (error.status !== STUMBLE) {
          const reason = error.code || "too_large";
          await this.store.settle(kiosk, [], [[batch[0].sequence, reason]]);
        } else if (stumble) throw error;
        else stumble = error;
      }
    }
    // The record stays in the queue and is tried again in the next round.
    if (stumble) throw stumble;
  }

  fitting(waits, size) {
    const batch = [];
    let bytes = ENVELOPE_BYTES;
    for (const record of waits.slice(0, size)) {
      bytes += record.sealed.length + RECORD_BYTES;
      if (batch.length && bytes > this.limits.body_bytes) break;
      batch.push(record);
    }
    return batch;
  }

  async send(pairing, batch) {
    const { kiosk, secret } = pairing;
    const body = { ...(await this.report(kiosk)), records: batch.map(sendable) };
    const { answer } = await ask("/kiosk/sync", { secret, body });
    // An answer without receipts is not from our server, but from something in between.
    if (!Array.isArray(answer.receipts)) throw new TypeError("No receipts");
    const receipts = new Map(answer.receipts.map((receipt) => [receipt.id, receipt]));
    const [removed, refused, review, left] = [[], [], [], []];
    for (const { id, sequence } of batch) {
      const { status, reason } = receipts.get(id) || {};
      if (status === "stored" || status === "review") removed.push(sequence);
      if (status === "review") review.push([sequence, reason]);
      else if (status === "refused") refused.push([sequence, reason || "refused"]);
      else if (status !== "stored") left.push(sequence);
    }
    // Report before the records leave the queue, so each butterfly is counted exactly once at any
    // moment.
    this.hear(answer, receipts, batch, pairing);
    await this.store.settle(kiosk, removed, refused, review);
    if (!pairing.current) await this.store.handOver(kiosk);
    // Records without a receipt wait for the next round instead of being sent again immediately.
    if (left.length === batch.length && batch.length) throw new Refused(503, "no_receipt");
  }

  /** Return the status report that the tablet sends with each message. */
  async report(kiosk) {
    const [pairings, queue, shifts, charge] = await Promise.all([
      this.store.pairings(),
      this.store.queue(kiosk),
      this.store.read("shifts"),
      battery(),
    ]);
    const pairing = pairings.find((each) => each.kiosk === kiosk);
    const oldest = queue.length ? new Date(queue[0].at).toISOString() : null;
    return {
      app: APP,
      device_time: new Date().toISOString(),
      battery: charge && charge.level,
      waiting: queue.length,
      oldest,
      last_sequence: pairing.last,
      shifts: (pairing.current ? shifts : pairing.shifts) || [],
    };
  }
}

// Whether a single record in the batch can be the cause of this answer.
const isOfOne = ({ status, code }) =>
  status === STUMBLE || status === TOO_LARGE || code === "too_large" || code === "malformed";
const sendable = ({ id, sequence, key, sealed }) => ({ id, sequence, key, sealed });
