// Problems the volunteers should know about, in plain language, most serious first. Being offline is
// normal and not a problem.

import { formatTime, formatNumber, formatDuration } from "../lib/format.js";
import { lang } from "../parts/page.js";
import { isBatteryLow } from "./battery.js";
import { hasMessage, message, pluralMessage } from "./messages.js";

/** @import { PanelStatus, Problem, SyncState } from "../../../types/kiosk" */

const MAX_SKEW_MS = 300000;
const MAX_LISTED = 6;

/** @typedef {{ reason: string, sequence: number, at: number }} ListedRecord */

/**
 * @param {string} kind
 * @param {string} reasonKey
 * @returns {Problem}
 */
const plainProblem = (kind, reasonKey) => ({ kind, title: message(reasonKey), text: message(`${reasonKey}_hint`) });

/**
 * Return the problems as [{ kind, title, text, lines, notes }, …].
 *
 * The second argument holds the panel's status. Its `notes` are those the volunteers may dismiss.
 *
 * @param {SyncState} state
 * @param {PanelStatus} status
 * @param {{ isWaiting: boolean }} update
 * @returns {Problem[]}
 */
export function problemsOf(state, { waiting, charge: batteryState, ready, stopped, expiresAt, notes }, update) {
  /** @type {Problem[]} */
  const problems = [];
  if (state.isOnline === false && state.offlineSince !== null) {
    const title = message("offline", { time: formatTime(state.offlineSince, lang()) });
    problems.push({ kind: "waiting", title, text: message("offline_hint") });
  }
  if (stopped) problems.push(plainProblem("danger", "problem_revoked"));
  else if (expiresAt < Date.now()) problems.push(plainProblem("danger", "problem_expired"));
  if (state.problem === "unknown_kiosk") problems.push(plainProblem("danger", "problem_unknown_kiosk"));
  else if (state.problem) problems.push(plainProblem("waiting", "problem_busy"));
  if (waiting.refused.length) {
    const title = pluralMessage("problem_refused", waiting.refused.length);
    const lines = byReason(waiting.refused.map(({ refused, ...each }) => ({ ...each, reason: refused })));
    problems.push({ kind: "danger", title, text: message("problem_refused_hint"), lines });
  }
  if (isBatteryLow(batteryState)) problems.push(plainProblem("danger", "problem_battery"));
  if (Math.abs(state.skew) >= MAX_SKEW_MS) {
    const text = message("problem_clock_hint", { difference: formatDuration(state.skew, lang()) });
    problems.push({ kind: "waiting", title: message("problem_clock"), text });
  }
  if (notes.length) {
    const [title, text] = [pluralMessage("problem_review", notes.length), message("problem_review_hint")];
    problems.push({ kind: "note", title, text, lines: byReason(notes), notes });
  }
  if (state.gaps.length) problems.push(plainProblem("note", "problem_gaps"));
  if (!ready.isLasting) problems.push(plainProblem("note", "problem_lasting"));
  if (update.isWaiting) problems.push(plainProblem("note", "problem_update"));
  return problems;
}

/**
 * @param {ListedRecord} one
 * @param {ListedRecord} other
 */
const latestFirst = (one, other) => other.at - one.at || other.sequence - one.sequence;

/**
 * Return one line per reason: which numbers of this tablet, and when signed, latest first.
 *
 * @param {ListedRecord[]} records
 * @returns {string[]}
 */
function byReason(records) {
  /** @type {Map<string, string[]>} */
  const lines = new Map();
  for (const { reason, sequence, at } of [...records].sort(latestFirst)) {
    const reasonKey = hasMessage(`reason_${reason}`) ? `reason_${reason}` : "reason_other";
    const label = message("note_of", { number: formatNumber(sequence, lang()), time: formatTime(at, lang()) });
    lines.set(reasonKey, [...(lines.get(reasonKey) || []), label]);
  }
  return [...lines].map(([reasonKey, labels]) => {
    const ellipsis = labels.length > MAX_LISTED ? " …" : "";
    return message("note_line", {
      reason: message(reasonKey),
      n: formatNumber(labels.length, lang()),
      records: `${labels.slice(0, MAX_LISTED).join(" · ")}${ellipsis}`,
    });
  });
}
