// A code makes this tablet the kiosk of a table; the table before, if there was one, keeps what it has to send.

import { ask, Refused } from "./server.js";

const KNOWN = ["unknown_code", "expired_code", "used_code", "too_many"];

/** Pair by `code`; return "" or the name of what stood in the way, which has its words as pair_<name>. */
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
