/**
 * Wrap `act` so that it acts at most once in `ms` milliseconds: at once when it may, else later
 * with the newest value. Where `act` returns false it had nothing to do, and the next may follow at
 * once. What cannot wait goes through `.now(value)`, and supersedes what waits.
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
