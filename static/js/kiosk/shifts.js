// Who stands at the table, from when to when, and how many signed meanwhile. Shifts of the crew, never
// names of signers.

import { newId } from "./new-id.js";

export const openShift = async (store) =>
  ((await store.read("shifts")) || []).find(({ ended_at: ended }) => !ended) || null;

/** End the open shift, if there is one. */
export function endShift(store) {
  return store.shifts((shifts) => {
    for (const shift of shifts) shift.ended_at = shift.ended_at || new Date().toISOString();
  });
}

/** Start a shift of `tabler`; the one before ends. */
export function startShift(store, tabler) {
  return store.shifts((shifts) => {
    const now = new Date().toISOString();
    for (const shift of shifts) shift.ended_at = shift.ended_at || now;
    shifts.push({ id: newId(), tabler, started_at: now, ended_at: null, tally: 0 });
  });
}
