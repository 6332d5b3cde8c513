/**
 * @typedef {((waitMs?: number) => void) & { cancel: () => void, flush: () => void }} Debounced
 */

/**
 * Wrap `action` so that it runs once nothing has called it for `ms` milliseconds.
 *
 * A call may wait for another time, `waitMs`. `.cancel()` drops a waiting call, and `.flush()` runs it
 * now.
 *
 * @param {number} ms
 * @param {() => unknown} action
 * @returns {Debounced}
 */
export function debounce(ms, action) {
  /** @type {number | null} */
  let timer = null;
  const run = () => {
    timer = null;
    action();
  };
  const debounced = (waitMs = ms) => {
    clearTimeout(timer);
    timer = setTimeout(run, waitMs);
  };
  debounced.cancel = () => {
    clearTimeout(timer);
    timer = null;
  };
  debounced.flush = () => {
    if (timer === null) return;
    clearTimeout(timer);
    run();
  };
  return debounced;
}
