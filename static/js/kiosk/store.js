// What the tablet stores: pairings, sealed records and settings. It never stores a supporter's data
// unsealed. A write is done only once it would survive a sudden power loss.

/** @import { Pairing, QueuedRecord, ReviewNote, SealedRecord, Settings, Shift, Waiting } from "../../../types/kiosk" */

const NAME = "volante-kiosk";
const STORES = { settings: null, pairings: { keyPath: "kiosk" } };
const QUEUE = { keyPath: ["kiosk", "sequence"] };
// Settings that belong to one pairing and are deleted with it.
const OF_A_TABLE = ["campaign", "isNew", "numbers", "shifts", "signed", "stopped", "tries"];
const DAY_MS = 86400000;
const MAX_SHIFTS = 40;
const MAX_NOTES = 2000;

/** @typedef {(name: string) => IDBObjectStore} StoreOf */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const db = request.result;
    for (const [name, options] of Object.entries(STORES)) db.createObjectStore(name, options || {});
    db.createObjectStore("queue", QUEUE).createIndex("id", "id", { unique: true });
  };
  return resultOf(request);
}

export class Store {
  /** @type {Promise<IDBDatabase> | null} */
  #opened;

  constructor() {
    this.#opened = null;
  }

  /** @returns {Promise<IDBDatabase>} */
  db() {
    if (!this.#opened) {
      this.#opened = open().then((db) => {
        const forget = () => {
          this.#opened = null;
        };
        Object.assign(db, { onclose: forget, onversionchange: () => [db.close(), forget()] });
        return db;
      });
      this.#opened.catch(() => {
        this.#opened = null;
      });
    }
    return this.#opened;
  }

  // Safari may silently lose its database connection while a tablet sleeps, so open it again.
  /**
   * @param {string[]} names
   * @param {IDBTransactionMode} mode
   * @returns {Promise<IDBTransaction>}
   */
  async begin(names, mode) {
    /** @type {IDBTransactionOptions} */
    const options = { durability: "strict" };
    try {
      return (await this.db()).transaction(names, mode, options);
    } catch (error) {
      this.#opened = null;
      return (await this.db()).transaction(names, mode, options);
    }
  }

  /**
   * Run `work(of)` in one transaction, where `of(name)` is a store. Resolve once it is durable.
   *
   * @template T
   * @param {string[]} names
   * @param {IDBTransactionMode} mode
   * @param {(of: StoreOf) => Promise<T> | T} work
   * @returns {Promise<T>}
   */
  async within(names, mode, work) {
    const transaction = await this.begin(names, mode);
    /** @type {Promise<void>} */
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error || new Error("Aborted"));
    });
    finished.catch(() => {});
    /** @type {T} */
    let answer;
    try {
      answer = await work((name) => transaction.objectStore(name));
    } catch (error) {
      if (!transaction.error) transaction.abort();
      throw error;
    }
    await finished;
    return answer;
  }

  /**
   * @template {keyof Settings} Name
   * @param {Name} name
   * @returns {Promise<Settings[Name] | undefined>}
   */
  read(name) {
    return this.within(["settings"], "readonly", (of) => resultOf(of("settings").get(name)));
  }

  /**
   * Store `values` by their names.
   *
   * @param {Partial<Settings>} values
   * @returns {Promise<void>}
   */
  write(values) {
    return this.within(["settings"], "readwrite", (of) => {
      for (const [name, value] of Object.entries(values)) of("settings").put(value, name);
    });
  }

  /** @returns {Promise<Pairing[]>} */
  pairings() {
    return this.within(["pairings"], "readonly", (of) => resultOf(of("pairings").getAll()));
  }

  /**
   * Return the pairing that collects signatures now, or undefined.
   *
   * @returns {Promise<Pairing | undefined>}
   */
  async pairing() {
    return (await this.pairings()).find(({ current }) => current);
  }

  /**
   * Pair with a new table. A former pairing stays until everything it has is sent.
   *
   * @param {Pick<Pairing, "kiosk" | "secret" | "name">} answer
   * @returns {Promise<void>}
   */
  pair({ kiosk, secret, name }) {
    return this.within(["pairings", "settings"], "readwrite", async (of) => {
      await leaveTable(of);
      of("pairings").put({ kiosk, secret, name, last: 0, current: true });
      of("settings").put(true, "isNew");
    });
  }

  async unpair() {
    await this.within(["pairings", "settings"], "readwrite", leaveTable);
    await this.forgetFormer();
  }

  /**
   * Clear the shifts of a former table, because the server has received them.
   *
   * @param {string} kiosk
   * @returns {Promise<void>}
   */
  handOver(kiosk) {
    return this.within(["pairings"], "readwrite", async (of) => {
      const pairing = await resultOf(of("pairings").get(kiosk));
      if (pairing && !pairing.current) of("pairings").put({ ...pairing, shifts: [] });
    });
  }

  /**
   * Forget former pairings that have nothing left to send.
   *
   * @returns {Promise<void>}
   */
  forgetFormer() {
    return this.within(["pairings", "queue"], "readwrite", async (of) => {
      for (const { kiosk, current, shifts = [] } of await resultOf(of("pairings").getAll())) {
        const waits = shifts.length + (await resultOf(of("queue").count(ofKiosk(kiosk))));
        if (!current && !waits) of("pairings").delete(kiosk);
      }
    });
  }

  /**
   * Store sealed `records`, numbered from `last` + 1, all or none. Return whether that worked.
   *
   * Also count them for the hour, the day and the open shift. Return false if another tab took
   * these numbers first.
   *
   * @param {string} kiosk
   * @param {number} last
   * @param {SealedRecord[]} records
   * @param {number} at
   * @returns {Promise<boolean>}
   */
  keep(kiosk, last, records, at) {
    return this.within(["pairings", "queue", "settings"], "readwrite", async (of) => {
      const pairing = await resultOf(of("pairings").get(kiosk));
      if (!pairing || pairing.last !== last) return false;
      of("pairings").put({ ...pairing, last: last + records.length });
      for (const record of records) of("queue").add({ ...record, kiosk, at, refused: "" });
      /** @type {number[]} */
      const signed = (await resultOf(of("settings").get("signed"))) || [];
      const today = signed.filter((each) => each > at - DAY_MS);
      of("settings").put([...today, ...records.map(() => at)], "signed");
      /**
       * @param {(shifts: Shift[]) => void} change
       * @returns {Promise<Shift[]>}
       */
      /** @type {Shift[]} */
      const shifts = (await resultOf(of("settings").get("shifts"))) || [];
      const current = shifts.find(({ ended_at: ended }) => !ended);
      if (current) current.tally += records.length;
      of("settings").put(shifts, "shifts");
      return true;
    });
  }

  /**
   * Return the records of one kiosk, or of all, in order.
   *
   * @param {string} [kiosk]
   * @returns {Promise<QueuedRecord[]>}
   */
  queue(kiosk) {
    return this.within(["queue"], "readonly", (of) =>
      resultOf(of("queue").getAll(kiosk ? ofKiosk(kiosk) : undefined)),
    );
  }

  /**
   * Return how many records wait, which of them were refused, and since when the oldest waits.
   *
   * @returns {Promise<Waiting>}
   */
  async waiting() {
    const queue = await this.queue();
    const oldest = queue.length ? Math.min(...queue.map(({ at }) => at)) : null;
    return { count: queue.length, refused: queue.filter(({ refused }) => refused), oldest };
  }

  /**
   * Remove records that have a receipt. Keep refused ones, with the reason.
   *
   * Records held for review, [sequence, reason], leave a note until the volunteers have seen it. Nothing
   * in the note reveals who signed.
   *
   * @param {string} kiosk
   * @param {number[]} removed
   * @param {[sequence: number, reason: string][]} refused
   * @param {[sequence: number, reason: string][]} [review]
   * @returns {Promise<void>}
   */
  settle(kiosk, removed, refused, review = []) {
    return this.within(["queue", "settings"], "readwrite", async (of) => {
      /** @type {ReviewNote[]} */
      const notes = (await resultOf(of("settings").get("notes"))) || [];
      for (const [sequence, reason] of review) {
        const record = await resultOf(of("queue").get([kiosk, sequence]));
        // If the record is gone, another tab got the receipt and has added the note.
        if (record) notes.push({ kiosk, sequence, reason, at: record.at });
      }
      if (review.length) of("settings").put(notes.slice(-MAX_NOTES), "notes");
      for (const sequence of removed) of("queue").delete([kiosk, sequence]);
      for (const [sequence, reason] of refused) {
        const record = await resultOf(of("queue").get([kiosk, sequence]));
        if (record) of("queue").put({ ...record, refused: reason });
      }
    });
  }

  /**
   * Remove the notes that the volunteers have seen, and keep any that came since.
   *
   * @param {ReviewNote[]} seen
   * @returns {Promise<void>}
   */
  forgetNotes(seen) {
    /** @param {ReviewNote} note */
    const isSeen = (note) =>
      seen.some(({ kiosk, sequence }) => kiosk === note.kiosk && sequence === note.sequence);
    return this.within(["settings"], "readwrite", async (of) => {
      /** @type {ReviewNote[]} */
      const notes = (await resultOf(of("settings").get("notes"))) || [];
      of("settings").put(notes.filter((note) => !isSeen(note)), "notes");
    });
  }

  /**
   * Allow refused records to be tried again.
   *
   * @returns {Promise<void>}
   */
  forgive() {
    return this.within(["queue"], "readwrite", async (of) => {
      for (const record of await resultOf(of("queue").getAll())) {
        if (record.refused) of("queue").put({ ...record, refused: "" });
      }
    });
  }

  /**
   * Change the list of shifts with `change(shifts)`.
   *
   * @param {(shifts: Shift[]) => void} change
   * @returns {Promise<Shift[]>}
   */
  shifts(change) {
    return this.within(["settings"], "readwrite", async (of) => {
      const shifts = (await resultOf(of("settings").get("shifts"))) || [];
      change(shifts);
      of("settings").put(shifts.slice(-MAX_SHIFTS), "shifts");
      return shifts;
    });
  }
}

// The current table becomes a former one and keeps the shifts it still has to hand over.
/** @param {StoreOf} of */
async function leaveTable(of) {
  /** @type {Shift[]} */
  const shifts = (await resultOf(of("settings").get("shifts"))) || [];
  const now = new Date().toISOString();
  const ended = shifts.map((shift) => ({ ...shift, ended_at: shift.ended_at || now }));
  for (const each of await resultOf(of("pairings").getAll())) {
    if (each.current) of("pairings").put({ ...each, current: false, shifts: ended });
  }
  for (const each of OF_A_TABLE) of("settings").delete(each);
}

/** @param {string} kiosk */
const ofKiosk = (kiosk) => IDBKeyRange.bound([kiosk, 0], [kiosk, Infinity]);
