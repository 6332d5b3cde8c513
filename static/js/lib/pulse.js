// The pulse of a cause: one small response, polled at the interval that the server sets in it.

import { withTimeout } from "./timeout.js";

/** @import { PulseAnswer } from "../../../types/pulse" */

const TIMEOUT_MS = 8000;
const MIN_INTERVAL_MS = 500;
const MAX_INTERVAL_MS = 60000;
const DEFAULT_INTERVAL_MS = 1000;

/**
 * Return the milliseconds until the next request.
 *
 * `chance` in [0, 1) spreads the load of a crowd: a request comes up to a tenth later than the
 * server asked. After failures the pause doubles each time, to at most a minute, less up to a
 * tenth.
 *
 * @param {number | null | undefined} nextMs
 * @param {number} failures
 * @param {number} [chance]
 * @returns {number}
 */
export function pauseAfter(nextMs, failures, chance = Math.random()) {
  const interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, Number(nextMs) || DEFAULT_INTERVAL_MS));
  if (!failures) return interval * (1 + chance / 10);
  return Math.min(MAX_INTERVAL_MS, interval * 2 ** (failures - 1)) * (0.9 + chance / 10);
}

/**
 * @param {Omit<PulseAnswer, "petitions"> & Partial<PulseAnswer>} answer
 * @returns {PulseAnswer}
 */
function validated(answer) {
  const isCount = Number.isSafeInteger(answer.count) && answer.count >= 0;
  if (!isCount) throw new TypeError("A pulse without a count");
  return { petitions: {}, ...answer };
}

/**
 * One watcher of one address.
 *
 * Calls `onAnswer(answer)` for every new answer. Calls `onLive(isLive, knownSince)` when two
 * requests in a row have failed, and when the next one succeeds. `knownSince` (ms) is when the
 * count was last true.
 */
export class Pulse {
  /** @type {number} */
  #failures;
  /** @type {number} */
  #knownSince;
  /** @type {number | null} */
  #timer;
  /** @type {AbortController | null} */
  #stopper;

  /**
   * @param {string} url
   * @param {{ onAnswer: (answer: PulseAnswer) => void, onLive: (isLive: boolean, knownSince: number) => void }} listeners
   */
  constructor(url, { onAnswer, onLive }) {
    this.url = url;
    this.onAnswer = onAnswer;
    this.onLive = onLive;
    /** @type {PulseAnswer | null} */
    this.answer = null;
    /** @type {string | null} */
    this.etag = null;
    this.#failures = 0;
    this.#knownSince = Date.now();
    this.#timer = null;
    this.#stopper = null;
  }

  stop() {
    clearTimeout(this.#timer);
    if (this.#stopper) this.#stopper.abort();
    this.#stopper = null;
  }

  /** Ask now and cancel any running request, which may hang in a network that is gone. */
  async ask() {
    this.stop();
    const controller = new AbortController();
    this.#stopper = controller;
    let answer = null;
    /** @type {{ retryMs?: number } | null} */
    let error = null;
    try {
      answer = await withTimeout(TIMEOUT_MS, (signal) => this.fetchAnswer(signal), controller);
    } catch (reason) {
      error = /** @type {{ retryMs?: number }} */ (reason);
    }
    if (this.#stopper !== controller) return;
    if (error) this.failed(error.retryMs || 0);
    else this.succeeded(answer);
  }

  // We keep the ETag ourselves, because the browser's cache would hide the 304 from us. "max-age=1"
  // accepts a copy one second old. Without it browsers add "no-cache", which sends every request
  // through a CDN to the server.
  /**
   * @param {AbortSignal} signal
   * @returns {Promise<PulseAnswer | null>}
   */
  async fetchAnswer(signal) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "Cache-Control": "max-age=1" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const response = await fetch(this.url, {
      headers,
      signal,
      cache: "no-store",
      credentials: "omit",
    });
    if (response.status === 304 && this.answer) return null;
    if (!response.ok) {
      const retryMs = Number(response.headers.get("Retry-After")) * 1000;
      throw Object.assign(new Error(`Pulse ${response.status}`), { retryMs });
    }
    const answer = validated(await response.json());
    this.etag = response.headers.get("ETag");
    return answer;
  }

  /** @param {PulseAnswer | null} answer */
  succeeded(answer) {
    const wasLive = this.#failures < 2;
    this.#failures = 0;
    this.#knownSince = Date.now();
    if (answer) this.answer = answer;
    this.askIn(pauseAfter(this.answer?.next_ms, 0));
    if (answer) this.onAnswer(answer);
    if (!wasLive) this.onLive(true, this.#knownSince);
  }

  /** @param {number} retryMs */
  failed(retryMs) {
    this.#failures += 1;
    const pause = pauseAfter(this.answer && this.answer.next_ms, this.#failures);
    this.askIn(Math.max(pause, Math.min(MAX_INTERVAL_MS, retryMs)));
    if (this.#failures === 2) this.onLive(false, this.#knownSince);
  }

  /** @param {number} ms */
  askIn(ms) {
    this.#timer = setTimeout(() => this.ask(), ms);
  }
}
