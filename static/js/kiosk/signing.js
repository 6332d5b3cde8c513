// Runs when "Sign" is tapped: stores one sealed record per petition before anyone is thanked.

import { randomUuid } from "./uuid.js";
import { seal } from "./seal.js";

/** @import { Campaign, Person, Petition, SigningContext } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

const MAX_ATTEMPTS = 8;

/**
 * Return one person's record for one petition, in the format of the protocol.
 *
 * @param {Person} person
 * @param {Petition} petition
 * @param {SigningContext} context
 */
export function buildRecord(person, petition, { lang, consent, shift, at }) {
  const { answers, kindData, email, ...rest } = person;
  const ofKind = petition.kind ? { kind_data: kindData[petition.slug] || {} } : {};
  if (petition.has_comment === false) rest.comment = "";
  if (!petition.offers_answers) rest.tell_answer = false;
  return {
    v: 1,
    petition: petition.slug,
    version: petition.version,
    lang,
    signed_at: new Date(at).toISOString(),
    ...rest,
    email,
    answers: answers[petition.slug] || {},
    ...ofKind,
    consent,
    notice: noticeOf(petition, lang),
    witnessed: petition.confirmation === "email_or_witness",
    shift,
  };
}

// A campaign stored before servers sent notices lacks them.
/**
 * @param {Petition} petition
 * @param {string} lang
 * @returns {string}
 */
function noticeOf({ notice }, lang) {
  return notice && notice[lang] ? notice[lang].digest : "";
}

/**
 * Seal `payloads` for the campaign's table, store them durably, and return their ids.
 *
 * Throws if the tablet cannot store them.
 *
 * @param {Store} store
 * @param {Campaign} campaign
 * @param {ReturnType<typeof buildRecord>[]} payloads
 * @param {number} at
 * @returns {Promise<string[]>}
 */
export async function storeSealed(store, { key, kiosk: { id: table } }, payloads, at) {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const pairing = await store.pairing();
    // Another tab may have paired the tablet with another table.
    if (!pairing || pairing.kiosk !== table) throw new Error("Not of this table");
    const { kiosk, last } = pairing;
    const records = await Promise.all(
      payloads.map(async (payload, place) => {
        const [id, sequence] = [randomUuid(), last + 1 + place];
        const sealed = await seal(payload, key, { kiosk, id, sequence });
        // `flies` stays outside the seal: a witnessed signature's butterfly is shown immediately.
        // Nothing else is readable.
        return { id, sequence, key: key.id, sealed, flies: payload.witnessed };
      }),
    );
    // Another tab may have used these numbers in between. If so, try again with the next ones.
    if (await store.keep(kiosk, last, records, at)) return records.map(({ id }) => id);
  }
  throw new Error("Numbers taken again and again");
}
