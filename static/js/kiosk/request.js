// Requests to the server, with the secret of a pairing and without cookies. Each has a timeout.

import { withTimeout } from "../lib/timeout.js";

const TIMEOUT_MS = 30000;

/** An error response: its `status`, the server's error `code`, and `after`, the seconds to wait. */
export class RequestRefused extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {number} [after]
   */
  constructor(status, code, after = 0) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.after = after;
  }
}

/**
 * @typedef {object} RequestOptions
 * @property {string | undefined} [secret] The secret of a pairing.
 * @property {unknown} [body] What to post as JSON.
 * @property {Record<string, string>} [headers]
 * @property {number} [timeoutMs] The timeout in milliseconds.
 */

/**
 * Return the response to a request for `path`, and its JSON. That is null if nothing has changed.
 *
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<{ response: Response, answer: any }>}
 */
export async function request(path, { secret, body, headers = {}, timeoutMs = TIMEOUT_MS } = {}) {
  /** @type {Record<string, string>} */
  const allHeaders = { Accept: "application/json", ...headers };
  if (secret) allHeaders.Authorization = `Bearer ${secret}`;
  if (body) allHeaders["Content-Type"] = "application/json";
  return withTimeout(timeoutMs, async (signal) => {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: allHeaders,
      body: body ? JSON.stringify(body) : null,
      cache: "no-store",
      credentials: "omit",
      signal,
    });
    if (response.status === 304) return { response, answer: null };
    // A captive portal may answer 200 with HTML. Anything that is not JSON is not our server's
    // answer.
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) {
      const after = Number(response.headers.get("Retry-After")) || 0;
      throw new RequestRefused(response.status, answer.error || "", after);
    }
    return { response, answer };
  });
}
