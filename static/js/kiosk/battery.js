const PATIENCE_MS = 500;

/** Return { level, isCharging }, the charge from 0 to 1; null where the browser does not say, or not soon. */
export function battery() {
  const silence = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS, null);
  });
  // What is asked for beside the signatures must never keep them waiting.
  return Promise.race([asked().catch(() => null), silence]);
}

async function asked() {
  const { level, charging } = await navigator.getBattery();
  return { level, isCharging: charging };
}
