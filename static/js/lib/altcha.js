// A proof of work for forms, following ALTCHA protocol version 1: find the number whose hash the
// server chose.

import { withTimeout } from "./timeout.js";

/** @import { AltchaAnswer, AltchaChallenge } from "../../../types/altcha" */

const TIMEOUT_MS = 15000;

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<AltchaAnswer>}
 */
async function challengeAt(url, signal) {
  const response = await fetch(url, {
    headers: { Accept: "application/json" },
    signal,
    cache: "no-store",
    credentials: "omit",
  });
  if (!response.ok) throw new Error(`Challenge ${response.status}`);
  return response.status === 204 ? {} : response.json();
}

// A classic script, because phones from before 2021 cannot run modules in a worker.
/**
 * @param {AltchaChallenge} challengeData
 * @param {AbortSignal} signal
 * @returns {Promise<number | null>}
 */
function solve({ challenge, salt, maxnumber }, signal) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("altcha-worker.js", import.meta.url));
    /**
     * @template T
     * @param {(value: T) => void} settle
     * @param {T} value
     */
    const finish = (settle, value) => {
      worker.terminate();
      settle(value);
    };
    signal.addEventListener("abort", () => finish(reject, new Error("Too slow")));
    worker.onmessage = ({ data }) => finish(resolve, data);
    worker.onerror = (event) => {
      event.preventDefault();
      finish(reject, new Error("No worker"));
    };
    worker.postMessage({ challenge, salt, maxnumber });
  });
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function payloadFor(url, signal) {
  const challengeData = await challengeAt(url, signal);
  if (!challengeData.challenge || challengeData.algorithm !== "SHA-256") return "";
  const number = await solve(challengeData, signal);
  if (number === null) return "";
  const { algorithm, challenge, salt, signature } = challengeData;
  return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
}

/**
 * Return the payload for the field `altcha` (Base64 of JSON), or "" without one.
 *
 * It is "" if none is required, or if finding one fails or takes longer than `timeoutMs`. An old
 * phone must not keep anyone from signing. The server then decides without it.
 *
 * @param {string} url
 * @param {number} [timeoutMs]
 * @returns {Promise<string>}
 */
export async function proofFor(url, timeoutMs = TIMEOUT_MS) {
  try {
    return await withTimeout(timeoutMs, (signal) => payloadFor(url, signal));
  } catch (error) {
    return "";
  }
}
