// Pairs this tablet with a table by a code. A previous table keeps what it still has to send.

import { ask, Refused } from "./server.js";

const KNOWN = ["unknown_code", "expired_code", "used_code", "too_many"];

/** Pair by `code`. Return "" or the name of the problem, whose text is pair_<name>. */
export async function pairBy(store, code) {
  try {
    const { answer } = await ask("/kiosk/pairings", { body: { code, app: "1" } });
    if (!answer.secret) throw new TypeError("No secret");
    await store.pair(answer);
    return "";
  } catch (error) {
    return error instanceof Refused && KNOWN.includes(error.code) ? error.code : "no_network";
  }
}
