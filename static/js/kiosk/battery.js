const TIMEOUT_MS = 500;

/**
 * Return { level, isCharging }, with a level from 0 to 1.
 *
 * Return null if the browser does not tell, or not in time.
 */
export function readBattery() {
  const timeout = new Promise((resolve) => {
    setTimeout(resolve, TIMEOUT_MS, null);
  });
  // The battery report is sent with the signatures and must never delay them.
  return Promise.race([queryBattery().catch(() => null), timeout]);
}

async function queryBattery() {
  const { level, charging } = await navigator.getBattery();
  return { level, isCharging: charging };
}
