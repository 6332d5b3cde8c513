// Problems the crew should know about, in plain language, most serious first. Being offline is
// normal and not a problem.

import { moment, number, span } from "../lib/sentences.js";
import { lang } from "../parts/page.js";
import { isWord, word, words } from "./words.js";

const CLOCK_MS = 300000;
const LOW = 0.2;
const MAX_NAMED = 6;

const of = (kind, name) => ({ kind, title: word(name), text: word(`${name}_hint`) });

/**
 * Return the problems as [{ kind, title, text, lines, notes }, …].
 *
 * The second argument holds the panel's facts. Its `notes` are those the crew may dismiss.
 */
export function problemsOf(state, { waiting, charge, ready, stopped, expiresAt, notes }, update) {
  const found = [];
  if (state.isOnline === false) {
    const title = word("offline", { time: moment(state.offlineSince, lang()) });
    found.push({ kind: "waiting", title, text: word("offline_hint") });
  }
  if (stopped) found.push(of("grave", "problem_revoked"));
  else if (expiresAt < Date.now()) found.push(of("grave", "problem_expired"));
  if (state.problem === "unknown_kiosk") found.push(of("grave", "problem_unknown_kiosk"));
  else if (state.problem) found.push(of("waiting", "problem_busy"));
  if (waiting.refused.length) {
    const title = words("problem_refused", waiting.refused.length);
    const lines = byReason(waiting.refused.map(({ refused, ...each }) => ({ ...each, reason: refused })));
    found.push({ kind: "grave", title, text: word("problem_refused_hint"), lines });
  }
  const isLow = charge && charge.level < LOW && !charge.isCharging;
  if (isLow) found.push(of("grave", "problem_battery"));
  if (Math.abs(state.skew) >= CLOCK_MS) {
    const text = word("problem_clock_hint", { difference: span(state.skew, lang()) });
    found.push({ kind: "waiting", title: word("problem_clock"), text });
  }
  if (notes.length) {
    const [title, text] = [words("problem_review", notes.length), word("problem_review_hint")];
    found.push({ kind: "note", title, text, lines: byReason(notes), notes });
  }
  if (state.gaps.length) found.push(of("note", "problem_gaps"));
  if (!ready.isLasting) found.push(of("note", "problem_lasting"));
  if (update.isWaiting) found.push(of("note", "problem_update"));
  return found;
}

const latestFirst = (one, other) => other.at - one.at || other.sequence - one.sequence;

/** Return one line per reason: which numbers of this tablet, and when signed, latest first. */
function byReason(records) {
  const lines = new Map();
  for (const { reason, sequence, at } of [...records].sort(latestFirst)) {
    const name = isWord(`reason_${reason}`) ? `reason_${reason}` : "reason_other";
    const which = word("note_of", { number: number(sequence, lang()), time: moment(at, lang()) });
    lines.set(name, [...(lines.get(name) || []), which]);
  }
  return [...lines].map(([name, all]) => {
    const rest = all.length > MAX_NAMED ? " …" : "";
    return `${word(name)} (${number(all.length, lang())}): ${all.slice(0, MAX_NAMED).join(" · ")}${rest}`;
  });
}
