// Who signed here with a witness and is not among the server's butterflies yet: what waits to be sent, and
// what was stored and has not hatched. The server tells up to which number all of it is counted, and the same
// of someone who had signed already.

import { ask } from "./server.js";

const ASKS = 20;
const MAX_IDS = 500;

export class Ahead {
  constructor(store) {
    // Stored by the server: how often each is asked for until it is given up.
    Object.assign(this, { store, stored: new Map(), counted: new Map() });
  }

  /** The server has stored these records; from now on they are not known by the queue. */
  expect(ids) {
    for (const id of ids) if (!this.stored.has(id)) this.stored.set(id, ASKS);
  }

  /** Whether something is stored of which the server's butterflies up to `last` tell nothing yet. */
  isOpen(last) {
    return [...this.stored].some(([id, asks]) => asks && !this.isAmong(id, last));
  }

  /** How many there are, where the server's butterflies reach up to number `last`. */
  async count(last) {
    const { ids } = await this.look();
    return ids.filter((id) => !this.isAmong(id, last)).length;
  }

  isAmong(id, last) {
    return this.counted.has(id) && this.counted.get(id) <= last;
  }

  /** Ask what is counted of the rest; fails where the server does not tell. */
  async ask() {
    const { secret, ids } = await this.look();
    const unknown = ids.filter((id) => !this.counted.has(id)).slice(0, MAX_IDS);
    if (!unknown.length) return;
    const { answer } = await ask("/kiosk/numbers", { secret, body: { ids: unknown } });
    const { counted = {} } = answer;
    for (const id of unknown) {
      if (id in counted) this.counted.set(id, counted[id]);
      else if (this.stored.has(id)) this.stored.set(id, this.stored.get(id) - 1);
    }
  }

  // Of a table that was left nothing flies here any more. What never hatches is given up.
  async look() {
    const { kiosk, secret } = (await this.store.pairing()) || {};
    const queue = kiosk ? await this.store.queue(kiosk) : [];
    const flying = queue.filter(({ flies, refused }) => flies && !refused).map(({ id }) => id);
    const stored = [...this.stored].filter(([, asks]) => asks > 0).map(([id]) => id);
    return { secret, ids: [...new Set([...flying, ...stored])] };
  }
}
