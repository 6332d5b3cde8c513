// Finds typing mistakes in the domain of an email address. The correction is offered, never
// applied.

import { editDistance } from "./edit-distance.js";

// The domains of most addresses, most likely first. If two are equally close, the first wins.
const COMMON_DOMAINS = `
  gmail.com hotmail.com outlook.com yahoo.com icloud.com live.com
  yahoo.com.mx live.com.mx prodigy.net.mx unam.mx outlook.es hotmail.es yahoo.es
  orange.fr free.fr wanadoo.fr laposte.net hotmail.fr yahoo.fr live.fr outlook.fr sfr.fr
  yahoo.ca hotmail.ca live.ca sympatico.ca videotron.ca bell.net rogers.com shaw.ca telus.net
  cogeco.ca
  msn.com aol.com me.com mac.com protonmail.com proton.me googlemail.com yahoo.co.uk hotmail.co.uk
`
  .trim()
  .split(/\s+/);

// Real email providers whose names are close to a common one.
const SIMILAR_PROVIDERS = new Set(
  `
  ymail.com mail.com email.com gmx.com gmx.fr gmx.net rocketmail.com fastmail.com zoho.com hey.com
  pm.me
  love.com bell.ca aim.com uam.mx live.cn web.de
`
    .trim()
    .split(/\s+/),
);

// Endings that exist. "co", "cm" and "om" exist too, but after these names they are a typing
// mistake for "com".
const KNOWN_ENDINGS = new Set(
  `
  com net org edu fr ca mx es de it uk us be ch ar br cl pe uy ec gt cr nl pt eu at in jp ie au nz
  se no dk fi pl
  com.mx net.mx org.mx com.ar com.br com.au com.co com.pe co.uk co.in co.jp co.nz qc.ca
`
    .trim()
    .split(/\s+/),
);

// Gmail has only one ending, so any other is a typing mistake.
const ONLY_ENDINGS = new Map([["gmail", "gmail.com"]]);

/**
 * @param {string} domain
 * @returns {[name: string, ending: string]}
 */
function splitDomain(domain) {
  const dot = domain.indexOf(".");
  return dot < 0 ? [domain, ""] : [domain.slice(0, dot), domain.slice(dot + 1)];
}

/**
 * @param {string} typed
 * @param {string} meant
 */
const isSwap = (typed, meant) =>
  typed.length === meant.length &&
  editDistance(typed, meant) === 1 &&
  [...typed].sort().join() === [...meant].sort().join();

// Return how many mistakes lead from `typed` to `meant`, or Infinity if they are more likely two
// different providers.
/**
 * @param {string} typed
 * @param {string} meant
 * @returns {number}
 */
function typosBetween(typed, meant) {
  const [name, ending] = splitDomain(typed);
  const [meantName, meantEnding] = splitDomain(meant);
  if (name === meantName && !ending) return 0;
  if (KNOWN_ENDINGS.has(ending) && ending !== meantEnding) return Infinity;
  const distance = editDistance(typed, meant);
  if (name === meantName) return ending.length === 2 && distance > 1 ? Infinity : distance;
  // In a short name, one other character makes another word (love, live), so only two swapped
  // characters count.
  if (meantName.length < 5) {
    return meantName.length === 4 && isSwap(name, meantName) ? distance : Infinity;
  }
  return distance === 2 && name[0] !== meantName[0] ? Infinity : distance;
}

/**
 * Return the domain that was probably meant, or null if the typed one may be right.
 *
 * @param {string} typed
 * @returns {string | null}
 */
function suggestDomain(typed) {
  if (COMMON_DOMAINS.includes(typed) || SIMILAR_PROVIDERS.has(typed)) return null;
  const [name] = splitDomain(typed);
  const onlyDomain = ONLY_ENDINGS.get(name);
  if (onlyDomain) return onlyDomain;
  const distances = COMMON_DOMAINS.map((meant) => typosBetween(typed, meant));
  const smallest = Math.min(...distances);
  return smallest <= 2 ? COMMON_DOMAINS[distances.indexOf(smallest)] : null;
}

/**
 * Return the address that was probably meant, its local part untouched, or null.
 *
 * @param {string} typed
 * @returns {string | null}
 */
export function suggestAddress(typed) {
  const address = typed.trim();
  const at = address.lastIndexOf("@");
  if (at < 1) return null;
  const domain = address.slice(at + 1).toLowerCase();
  const meant = domain && suggestDomain(domain);
  return meant ? `${address.slice(0, at)}@${meant}` : null;
}
