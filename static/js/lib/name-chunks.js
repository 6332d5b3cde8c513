// The names that supporters made public, fetched for a thousand butterflies at a time.

/** @import { NameChunk } from "../../../types/montage" */

export const CHUNK_SIZE = 1000;

/**
 * Return the index of the chunk that has butterfly `number`.
 *
 * @param {number} number
 */
export const chunkOf = (number) => Math.floor((number - 1) / CHUNK_SIZE);

/**
 * Fetch chunk `k`. `url` contains {k}.
 *
 * `last` is the highest number, `free` are the numbers without a butterfly, and `butterflies` are
 * those with a public name.
 *
 * @param {string} url
 * @param {number} k
 * @param {{ query?: string, cache?: RequestCache }} [options]
 * @returns {Promise<NameChunk>}
 */
export async function fetchChunk(url, k, { query = "", cache = "default" } = {}) {
  const response = await fetch(url.replace("{k}", String(k)) + query, { credentials: "omit", cache });
  if (response.status === 404) return { last: 0, free: [], butterflies: [] };
  if (!response.ok) throw new Error(`Names ${response.status}`);
  return response.json();
}
