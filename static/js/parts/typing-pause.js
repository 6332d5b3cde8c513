// Asks the server for something new whenever someone pauses while typing.

const TYPING_MS = 400;

// Returns a function to call at each change. It calls `render` with a signal once nothing has changed
// for a moment, and aborts the request of the call before.
/**
 * @param {(signal: AbortSignal) => Promise<void>} render
 * @returns {() => void}
 */
export function whenTypingPauses(render) {
  /** @type {number | null} */
  let timer = null;
  /** @type {AbortController | null} */
  let controller = null;

  const start = async () => {
    if (controller) controller.abort();
    controller = new AbortController();
    try {
      await render(controller.signal);
    } catch (error) {
      // Without a network the last preview stays. The button still works later.
    }
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(start, TYPING_MS);
  };
}
