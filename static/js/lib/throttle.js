/**
 * Wrap `action` so that it runs at most once in `ms` milliseconds.
 *
 * It runs immediately if it may, else later with the newest value. If `action` returns false, it had
 * nothing to do and the next call may follow immediately. `.now(value)` does not wait, and replaces
 * a waiting call.
 */
export function throttle(ms, action) {
  let last = -Infinity;
  let timer = null;
  let newest;
  const run = () => {
    timer = null;
    if (action(newest) !== false) last = Date.now();
  };
  const throttled = (value) => {
    newest = value;
    if (timer !== null) return;
    const wait = last + ms - Date.now();
    if (wait <= 0) run();
    else timer = setTimeout(run, wait);
  };
  throttled.now = (value) => {
    clearTimeout(timer);
    newest = value;
    run();
  };
  return throttled;
}
