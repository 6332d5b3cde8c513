// "Sign" was touched: one sealed record for each petition, kept before anybody is thanked.

import { newId } from "./new-id.js";
import { seal } from "./seal.js";

const TRIES = 8;

/** What one person says under one petition, as the protocol has it. */
export function plainOf(person, petition, { lang, consent, shift, at }) {
  const { answers, email, ...rest } = person;
  return {
    v: 1,
    petition: petition.slug,
    version: petition.version,
    lang,
    signed_at: new Date(at).toISOString(),
    ...rest,
    email,
    answers: answers[petition.slug] || {},
    consent,
    witnessed: petition.confirmation === "email_or_witness",
    shift,
  };
}

/** Seal `plains` for the table of `campaign` and keep them durably; return their ids. Fails where the tablet cannot keep them. */
export async function keepSealed(store, { key, kiosk: { id: table } }, plains, at) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const pairing = await store.pairing();
    // Another tab may have paired the tablet anew.
    if (!pairing || pairing.kiosk !== table) throw new Error("Not of this table");
    const { kiosk, last } = pairing;
    const records = await Promise.all(
      plains.map(async (plain, place) => {
        const [id, sequence] = [newId(), last + 1 + place];
        const sealed = await seal(plain, key, { kiosk, id, sequence });
        // Its butterfly flies at once where a witness is enough; that alone is told outside the seal.
        return { id, sequence, key: key.id, sealed, flies: plain.witnessed };
      }),
    );
    // Another tab may have taken these numbers between: then with the next ones.
    if (await store.keep(kiosk, last, records, at)) return records.map(({ id }) => id);
  }
  throw new Error("Numbers taken again and again");
}
