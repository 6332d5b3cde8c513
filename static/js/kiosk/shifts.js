// Who staffs the table, from when to when, and how many people signed. These are names of volunteers,
// never of supporters.

import { randomUuid } from "./uuid.js";

/** @import { Shift } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

/**
 * @param {Store} store
 * @returns {Promise<Shift | null>}
 */
export const openShift = async (store) =>
  ((await store.read("shifts")) || []).find(({ ended_at: ended }) => !ended) || null;

/**
 * End the open shift, if there is one.
 *
 * @param {Store} store
 * @returns {Promise<Shift[]>}
 */
export function endShift(store) {
  return store.shifts((shifts) => {
    for (const shift of shifts) shift.ended_at = shift.ended_at || new Date().toISOString();
  });
}

/**
 * Start a shift for `tabler` and end the one before.
 *
 * @param {Store} store
 * @param {string} tabler
 * @returns {Promise<Shift[]>}
 */
export function startShift(store, tabler) {
  return store.shifts((shifts) => {
    const now = new Date().toISOString();
    for (const shift of shifts) shift.ended_at = shift.ended_at || now;
    shifts.push({ id: randomUuid(), tabler, started_at: now, ended_at: null, tally: 0 });
  });
}
