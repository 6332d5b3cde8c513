// Asks the server for something new whenever someone pauses while typing.

import { debounce } from "../lib/debounce.js";

const TYPING_MS = 400;

// Returns a function to call at each change. It calls `render` with a signal once nothing has changed
// for a moment, and aborts the request of the call before.
/**
 * @param {(signal: AbortSignal) => Promise<void>} render
 * @returns {() => void}
 */
export function whenTypingPauses(render) {
  /** @type {AbortController | null} */
  let controller = null;

  return debounce(TYPING_MS, async () => {
    if (controller) controller.abort();
    controller = new AbortController();
    try {
      await render(controller.signal);
    } catch (error) {
      // Without a network the last preview stays. The button still works later.
    }
  });
}
