/**
 * @template T
 * @typedef {((value: T) => void) & { now: (value: T) => void }} Throttled
 */

/**
 * Wrap `action` so that it runs at most once in `ms` milliseconds.
 *
 * It runs immediately if it may, else later with the newest value. If `action` returns false, it had
 * nothing to do and the next call may follow immediately. `.now(value)` does not wait, and replaces
 * a waiting call.
 *
 * @template [T=void]
 * @param {number} ms
 * @param {(value: T) => unknown} action
 * @returns {Throttled<T>}
 */
export function throttle(ms, action) {
  let last = -Infinity;
  /** @type {number | null} */
  let timer = null;
  /** @type {T} */
  let newest;
  const run = () => {
    timer = null;
    if (action(newest) !== false) last = Date.now();
  };
  /** @param {T} value */
  const throttled = (value) => {
    newest = value;
    if (timer !== null) return;
    const wait = last + ms - Date.now();
    if (wait <= 0) run();
    else timer = setTimeout(run, wait);
  };
  /** @param {T} value */
  throttled.now = (value) => {
    clearTimeout(timer);
    newest = value;
    run();
  };
  return throttled;
}
