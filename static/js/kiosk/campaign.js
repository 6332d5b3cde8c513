// Everything a tablet needs for a day without a network, including the data of the montage.

import { request } from "./request.js";

/** @import { Campaign, Pairing } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

const CACHE = "volante-kiosk-campaign";

/**
 * Fetch the campaign if it has changed and store it. Return it, or the stored copy.
 *
 * @param {Store} store
 * @param {Pairing} pairing
 * @returns {Promise<Campaign>}
 */
export async function refreshCampaign(store, { kiosk, secret }) {
  const stored = await store.read("campaign");
  /** @type {Record<string, string>} */
  const headers = stored && stored.etag ? { "If-None-Match": stored.etag } : {};
  const { response, answer } = await request("/kiosk/campaign.json", { secret, headers });
  if (!answer && stored) return stored.facts;
  if (!answer || !answer.key || !answer.petitions) throw new TypeError("No campaign");
  // The tablet may have been paired with another table while we waited for this answer.
  const pairing = await store.pairing();
  if (!pairing || pairing.kiosk !== kiosk) throw new TypeError("Not of this table");
  await store.write({ campaign: { facts: answer, etag: response.headers.get("ETag") } });
  return answer;
}

/**
 * @param {Store} store
 * @returns {Promise<Campaign | undefined>}
 */
export const storedCampaign = async (store) => (await store.read("campaign"))?.facts;

/**
 * Cache `urls` for use without a network.
 *
 * @param {string[]} urls
 * @returns {Promise<void>}
 */
export async function cacheAssets(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) if (!(await cache.match(url))) await cache.add(url);
}

/**
 * Return whether every one of `urls` is in a cache.
 *
 * @param {string[]} urls
 * @returns {Promise<boolean>}
 */
export async function areCached(urls) {
  const cached = await Promise.all(urls.map((url) => caches.match(url)));
  return cached.every(Boolean);
}
