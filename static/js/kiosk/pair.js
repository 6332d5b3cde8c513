// Pairs this tablet with a table by a code. A previous table keeps what it still has to send.

import { request, RequestRefused } from "./request.js";

/** @import { Store } from "./store.js" */

const KNOWN_ERRORS = ["unknown_code", "expired_code", "used_code", "too_many"];

/**
 * Pair by `code`. Return "" or the name of the problem, whose text is pair_<name>.
 *
 * @param {Store} store
 * @param {string} code
 * @returns {Promise<string>}
 */
export async function pairWithCode(store, code) {
  try {
    const { answer } = await request("/kiosk/pairings", { body: { code, app: "1" } });
    if (!answer.secret) throw new TypeError("No secret");
    await store.pair(answer);
    return "";
  } catch (error) {
    return error instanceof RequestRefused && KNOWN_ERRORS.includes(error.code) ? error.code : "no_network";
  }
}
