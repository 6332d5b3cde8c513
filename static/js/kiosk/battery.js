/** @import { Battery } from "../../../types/kiosk" */

const TIMEOUT_MS = 500;
const LOW_LEVEL = 0.2;

/**
 * Return { level, isCharging }, with a level from 0 to 1.
 *
 * Return null if the browser does not tell, or not in time.
 *
 * @returns {Promise<Battery | null>}
 */
export function readBattery() {
  /** @type {Promise<null>} */
  const timeout = new Promise((resolve) => {
    setTimeout(resolve, TIMEOUT_MS, null);
  });
  // The battery report is sent with the signatures and must never delay them.
  return Promise.race([queryBattery().catch(() => null), timeout]);
}

/**
 * Return whether volunteers should plug the tablet in: at 20 % or less, if it is not charging.
 *
 * @param {Battery | null} battery
 * @returns {boolean}
 */
export const isBatteryLow = (battery) =>
  battery !== null && battery.level <= LOW_LEVEL && !battery.isCharging;

/** @returns {Promise<Battery | null>} */
async function queryBattery() {
  if (!navigator.getBattery) return null;
  const { level, charging } = await navigator.getBattery();
  return { level, isCharging: charging };
}
