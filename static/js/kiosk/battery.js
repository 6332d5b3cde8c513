const PATIENCE_MS = 500;

/**
 * Return { level, isCharging }, with a level from 0 to 1.
 *
 * Return null if the browser does not tell, or not in time.
 */
export function battery() {
  const silence = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS, null);
  });
  // The battery report is sent with the signatures and must never delay them.
  return Promise.race([asked().catch(() => null), silence]);
}

async function asked() {
  const { level, charging } = await navigator.getBattery();
  return { level, isCharging: charging };
}
