// A projector's machine that falls asleep would take the wall with it.

async function hold() {
  if (document.hidden || !navigator.wakeLock) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch (error) {
    // A low battery or the system's setting: then the machine's own settings count.
  }
}

/** Keep the screen awake while the page is seen; a lock ends whenever it is not. */
export function keepAwake() {
  document.addEventListener("visibilitychange", hold);
  hold();
}
