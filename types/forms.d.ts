// What is entered into forms, and what the browser keeps of it.

/** The data of a form: a text for each field, or a list if there are several. */
export type FormValues = Record<string, string | string[]>;

/** What this tab signed last. */
export interface Signature {
  petition: string;
  given_name: string;
  email: string;
  form: FormValues;
  at: number;
}

/** The answer to a paper sheet that was sent while someone types. */
export interface SheetAnswer {
  /** The version to send next. */
  version: string;
  /** The outcome of each row by its number. Rows without one are empty. */
  rows: Record<string, RowOutcome | undefined>;
}

export interface RowOutcome {
  fate: string;
  words: string;
  why: string;
  /** The names of the wrong cells. */
  fields: string[];
}
