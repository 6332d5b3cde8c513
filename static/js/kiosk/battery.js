const PATIENCE_MS = 500;

/** Return the charge from 0 to 1, or null where the browser does not say, or not soon. */
export function batteryLevel() {
  const silence = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS, null);
  });
  // What is asked for beside the signatures must never keep them waiting.
  return Promise.race([level().catch(() => null), silence]);
}

const level = async () => (await navigator.getBattery()).level;
