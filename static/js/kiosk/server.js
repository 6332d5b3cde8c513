// Requests to the server, with the secret of a pairing and without cookies. Each has a timeout.

const PATIENCE_MS = 30000;

/** An error response: its `status`, the server's error `code`, and `after`, the seconds to wait. */
export class Refused extends Error {
  constructor(status, code, after = 0) {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, after });
  }
}

export async function ask(path, { secret, body, headers = {}, patience = PATIENCE_MS } = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience);
  const all = { Accept: "application/json", ...headers };
  if (secret) all.Authorization = `Bearer ${secret}`;
  if (body) all["Content-Type"] = "application/json";
  try {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: all,
      body: body ? JSON.stringify(body) : undefined,
      cache: "no-store",
      credentials: "omit",
      signal: giveUp.signal,
    });
    if (response.status === 304) return { response, answer: null };
    // A captive portal may answer 200 with HTML. Anything that is not JSON is not our server's
    // answer.
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) {
      const after = Number(response.headers.get("Retry-After")) || 0;
      throw new Refused(response.status, answer.error || "", after);
    }
    return { response, answer };
  } finally {
    clearTimeout(timer);
  }
}
