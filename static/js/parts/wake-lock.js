// Keeps the display awake, because the big screen would go dark if its computer went to sleep.

async function requestLock() {
  if (document.hidden || !navigator.wakeLock) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch (error) {
    // Refused for a low battery or by a system setting. Then the computer's own settings apply.
  }
}

/** Keep the screen awake while the page is visible. A lock ends whenever it is hidden. */
export function keepScreenAwake() {
  document.addEventListener("visibilitychange", requestLock);
  requestLock();
}
