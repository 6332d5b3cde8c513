// When one tab confirms a signature, tells the tabs that still wait for its butterfly. Only the tab
// whose own button confirmed it does so, because the address of the page that follows may be
// shared.

import { readText, remove, SESSION, writeText } from "./storage.js";

const KEY = "volante:confirming";
const CHANNEL = "volante:landed";

/**
 * Remember that this tab's button is about to confirm a signature under `petition`.
 *
 * @param {string} petition
 */
export function rememberConfirming(petition) {
  writeText(SESSION, KEY, petition);
}

/**
 * Return whether this tab confirmed a signature under `petition`. True only once.
 *
 * @param {string} petition
 * @returns {boolean}
 */
export function hasConfirmed(petition) {
  const isThisTab = readText(SESSION, KEY) === petition;
  if (isThisTab) remove(SESSION, KEY);
  return isThisTab;
}

/**
 * @param {string} petition
 * @param {number} number
 */
export function announceConfirmed(petition, number) {
  if (!("BroadcastChannel" in globalThis)) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ petition, number });
  channel.close();
}

/**
 * Call `listener({ petition, number })` for each butterfly that lands while this page is open.
 *
 * @param {(confirmed: { petition: string, number: number }) => void} listener
 */
export function onConfirmed(listener) {
  if (!("BroadcastChannel" in globalThis)) return;
  new BroadcastChannel(CHANNEL).addEventListener("message", ({ data }) => listener(data));
}
