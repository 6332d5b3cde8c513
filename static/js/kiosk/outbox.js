// Sends one table's queue in batches. Only a receipt removes a record. Anything unclear is sent
// again, since the server stores each record only once.

import { readBattery } from "./battery.js";
import { BatchSize } from "./batch-size.js";
import { storedCampaign } from "./campaign.js";
import { request, RequestRefused } from "./request.js";

/** @import { Pairing, QueuedRecord, Receipt, SyncAnswer } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

const APP = "1";
const ENVELOPE_BYTES = 2000;
const RECORD_BYTES = 200;
const TOO_LARGE = 413;
const SERVER_ERROR = 500;

/**
 * An error of a request: a RequestRefused, or one that the browser throws.
 *
 * @typedef {{ name?: string, status?: number, code?: string }} Failure
 */

/** @typedef {[sequence: number, reason: string]} Refusal */

export class Outbox {
  /** @type {number} */
  #carried;

  /**
   * Call `onAnswer(answer, receipts, batch, pairing)` for each valid answer.
   *
   * `receipts` maps record ids to receipts.
   *
   * @param {Store} store
   * @param {(answer: SyncAnswer, receipts: Map<string, Receipt>, batch: QueuedRecord[], pairing: Pairing) => void} onAnswer
   */
  constructor(store, onAnswer) {
    this.store = store;
    this.hear = onAnswer;
    this.limits = { batch: 50, body_bytes: 1000000 };
    // How many records the network can carry before a request times out, as far as we know.
    this.#carried = Infinity;
  }

  /**
   * Send everything `pairing` has, batch by batch.
   *
   * Send at least one message for the current table, so that the server sees the tablet.
   *
   * @param {Pairing} pairing
   * @returns {Promise<void>}
   */
  async empty(pairing) {
    const { kiosk, current, shifts = [] } = pairing;
    const queue = (await this.store.queue(kiosk)).filter(({ refused }) => !refused);
    if (!current && !queue.length && !shifts.length) return;
    const batchSize = new BatchSize(this.limits.batch);
    let serverError = null;
    for (let first = true; first || queue.length; first = false) {
      /** @type {QueuedRecord[]} */
      const batch = this.fitting(queue, Math.min(batchSize.size, this.#carried));
      try {
        await this.send(pairing, batch);
        queue.splice(0, batch.length);
        batchSize.passed(batch.length);
        this.#carried += 1;
      } catch (reason) {
        const error = /** @type {Failure} */ (reason);
        // The batch was too slow, so send half as many next round, or they would never arrive.
        if (error.name === "AbortError") this.#carried = Math.ceil(batch.length / 2) || 1;
        if (!batch.length || !isRecordFault(error)) throw error;
        if (batch.length > 1) {
          batchSize.failed(batch.length);
          continue;
        }
        // One faulty record must not hold back the others.
        queue.shift();
        batchSize.reset();
        if (error.status !== SERVER_ERROR) {
          await this.store.settle(kiosk, [], [[batch[0].sequence, error.code || "too_large"]]);
        } else if (serverError) throw error;
        else serverError = error;
      }
    }
    // The record stays in the queue and is tried again in the next round.
    if (serverError) throw serverError;
  }

  /**
   * @param {QueuedRecord[]} queue
   * @param {number} size
   * @returns {QueuedRecord[]}
   */
  fitting(queue, size) {
    const batch = [];
    let bytes = ENVELOPE_BYTES;
    for (const record of queue.slice(0, size)) {
      bytes += record.sealed.length + RECORD_BYTES;
      if (batch.length && bytes > this.limits.body_bytes) break;
      batch.push(record);
    }
    return batch;
  }

  /**
   * @param {Pairing} pairing
   * @param {QueuedRecord[]} batch
   */
  async send(pairing, batch) {
    const { kiosk, secret } = pairing;
    const body = { ...(await this.report(kiosk)), records: batch.map(toWire) };
    /** @type {{ answer: SyncAnswer }} */
    const { answer } = await request("/kiosk/sync", { secret, body });
    // An answer without receipts is not from our server, but from something in between.
    if (!Array.isArray(answer.receipts)) throw new TypeError("No receipts");
    const receipts = new Map(answer.receipts.map((receipt) => [receipt.id, receipt]));
    /** @type {[removed: number[], refused: Refusal[], review: Refusal[], unanswered: number[]]} */
    const [removed, refused, review, unanswered] = [[], [], [], []];
    for (const { id, sequence } of batch) {
      /** @type {Partial<Receipt>} */
      const { status, reason = "" } = receipts.get(id) || {};
      if (status === "stored" || status === "review") removed.push(sequence);
      if (status === "review") review.push([sequence, reason]);
      else if (status === "refused") refused.push([sequence, reason || "refused"]);
      else if (status !== "stored") unanswered.push(sequence);
    }
    // Report before the records leave the queue, so each butterfly is counted exactly once at any
    // moment.
    this.hear(answer, receipts, batch, pairing);
    await this.store.settle(kiosk, removed, refused, review);
    if (!pairing.current) await this.store.handOver(kiosk);
    // Records without a receipt wait for the next round instead of being sent again immediately.
    if (unanswered.length === batch.length && batch.length) throw new RequestRefused(503, "no_receipt");
  }

  /**
   * Return the status report that the tablet sends with each message.
   *
   * @param {string} kiosk
   */
  async report(kiosk) {
    const [pairings, queue, shifts, campaign, batteryState] = await Promise.all([
      this.store.pairings(),
      this.store.queue(kiosk),
      this.store.read("shifts"),
      storedCampaign(this.store),
      readBattery(),
    ]);
    const pairing = pairings.find((each) => each.kiosk === kiosk);
    if (!pairing) throw new TypeError("No pairing");
    const oldest = queue.length ? new Date(queue[0].at).toISOString() : null;
    return {
      app: APP,
      device_time: new Date().toISOString(),
      battery: batteryState && batteryState.level,
      waiting: queue.length,
      oldest,
      last_sequence: pairing.last,
      // The server keeps the private half of this key for us.
      key: campaign && campaign.kiosk.id === kiosk ? campaign.key.id : null,
      shifts: (pairing.current ? shifts : pairing.shifts) || [],
    };
  }
}

// Whether a single record in the batch can be the cause of this answer.
/** @param {Failure} error */
const isRecordFault = ({ status, code }) =>
  status === SERVER_ERROR || status === TOO_LARGE || code === "too_large" || code === "malformed";
/** @param {QueuedRecord} record */
const toWire = ({ id, sequence, key, sealed }) => ({ id, sequence, key, sealed });
