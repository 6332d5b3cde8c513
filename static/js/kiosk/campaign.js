// What a tablet needs for a day without a network, and the picture's data beside it.

import { ask } from "./server.js";

const CACHE = "volante-kiosk-campaign";

/** Fetch the campaign where it has changed and keep it; return it, or what is kept. */
export async function refresh(store, { kiosk, secret }) {
  const kept = await store.read("campaign");
  const headers = kept && kept.etag ? { "If-None-Match": kept.etag } : {};
  const { response, answer } = await ask("/kiosk/campaign.json", { secret, headers });
  if (!answer) return kept.facts;
  if (!answer.key || !answer.petitions) throw new TypeError("No campaign");
  // Whoever paired the tablet anew meanwhile waits for another one.
  const pairing = await store.pairing();
  if (!pairing || pairing.kiosk !== kiosk) throw new TypeError("Not of this table");
  await store.write({ campaign: { facts: answer, etag: response.headers.get("ETag") } });
  return answer;
}

export const keptCampaign = async (store) => ((await store.read("campaign")) || {}).facts;

/** Keep `urls` for the time without a network. */
export async function keepAssets(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) if (!(await cache.match(url))) await cache.add(url);
}

/** Return whether all `urls` are kept by one of the caches. */
export async function areKept(urls) {
  const found = await Promise.all(urls.map((url) => caches.match(url)));
  return found.every(Boolean);
}
