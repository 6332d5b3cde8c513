// Everything a tablet needs for a day without a network, including the data of the montage.

import { ask } from "./server.js";

const CACHE = "volante-kiosk-campaign";

/** Fetch the campaign if it has changed and store it. Return it, or the stored copy. */
export async function refresh(store, { kiosk, secret }) {
  const kept = await store.read("campaign");
  const headers = kept && kept.etag ? { "If-None-Match": kept.etag } : {};
  const { response, answer } = await ask("/kiosk/campaign.json", { secret, headers });
  if (!answer) return kept.facts;
  if (!answer.key || !answer.petitions) throw new TypeError("No campaign");
  // The tablet may have been paired with another table while we waited for this answer.
  const pairing = await store.pairing();
  if (!pairing || pairing.kiosk !== kiosk) throw new TypeError("Not of this table");
  await store.write({ campaign: { facts: answer, etag: response.headers.get("ETag") } });
  return answer;
}

export const keptCampaign = async (store) => ((await store.read("campaign")) || {}).facts;

/** Cache `urls` for use without a network. */
export async function keepAssets(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) if (!(await cache.match(url))) await cache.add(url);
}

/** Return whether every one of `urls` is in a cache. */
export async function areKept(urls) {
  const found = await Promise.all(urls.map((url) => caches.match(url)));
  return found.every(Boolean);
}
