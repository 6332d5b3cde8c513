/**
 * Wrap `act` so that it runs at most once in `ms` milliseconds.
 *
 * It runs immediately if it may, else later with the newest value. If `act` returns false, it had
 * nothing to do and the next call may follow immediately. `.now(value)` does not wait, and replaces
 * a waiting call.
 */
export function seldom(ms, act) {
  let last = -Infinity;
  let timer = null;
  let newest;
  const run = () => {
    timer = null;
    if (act(newest) !== false) last = Date.now();
  };
  const tell = (value) => {
    newest = value;
    if (timer !== null) return;
    const wait = last + ms - Date.now();
    if (wait <= 0) run();
    else timer = setTimeout(run, wait);
  };
  tell.now = (value) => {
    clearTimeout(timer);
    newest = value;
    run();
  };
  return tell;
}
