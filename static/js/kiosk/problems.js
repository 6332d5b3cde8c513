// What the crew should know, in plain words, the gravest first. No network is no problem.

import { moment } from "../lib/sentences.js";
import { lang } from "../parts/page.js";
import { word, words } from "./words.js";

const MINUTE_MS = 60000;
const CLOCK_MINUTES = 5;
const LOW = 0.2;

const of = (kind, name) => ({ kind, title: word(name), text: word(`${name}_hint`) });

/** Return [{ kind, title, text }, …]; `facts` are those of the panel. */
export function problemsOf(state, { waiting, charge, ready, stopped, expiresAt }, update) {
  const found = [];
  if (state.isOnline === false) {
    const title = word("offline", { time: moment(state.offlineSince, lang()) });
    found.push({ kind: "waiting", title, text: word("offline_hint") });
  }
  if (stopped) found.push(of("grave", "problem_revoked"));
  else if (expiresAt < Date.now()) found.push(of("grave", "problem_expired"));
  if (state.problem === "unknown_kiosk") found.push(of("grave", "problem_unknown_kiosk"));
  else if (state.problem) found.push(of("waiting", "problem_busy"));
  if (waiting.refused) {
    const title = words("problem_refused", waiting.refused);
    found.push({ kind: "grave", title, text: word("problem_refused_hint") });
  }
  const isLow = charge && charge.level < LOW && !charge.isCharging;
  if (isLow) found.push(of("grave", "problem_battery"));
  const minutes = Math.round(Math.abs(state.skew) / MINUTE_MS);
  if (minutes >= CLOCK_MINUTES) {
    const text = words("problem_clock_hint", minutes);
    found.push({ kind: "waiting", title: word("problem_clock"), text });
  }
  const reasons = Object.entries(state.review);
  if (reasons.length) {
    const n = reasons.reduce((sum, [, each]) => sum + each, 0);
    const text = reasons.map(([name]) => word(`reason_${name}`)).join(", ");
    found.push({ kind: "note", title: words("problem_review", n), text });
  }
  if (state.gaps.length) found.push(of("note", "problem_gaps"));
  if (!ready.isLasting) found.push(of("note", "problem_lasting"));
  if (update.isWaiting) found.push(of("note", "problem_update"));
  return found;
}
