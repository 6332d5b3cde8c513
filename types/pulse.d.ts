// The pulse of a cause, as the server sends it.

/** How many butterflies a cause has, and how many signatures each of its actions has. */
export interface PulseAnswer {
  /** The slug of the cause. */
  cause: string;
  count: number;
  /** Counts by slug. */
  petitions: Record<string, number>;
  /** Counts by slug. Older servers do not send them. */
  actions?: Record<string, number>;
  /** The milliseconds until the next request. */
  next_ms: number;
}

/** Whether the counts of a page are live. `knownSince` (ms) is when they were last true. */
export interface PulseState {
  url: string;
  isLive: boolean;
  knownSince: number;
}
