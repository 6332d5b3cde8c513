// The data of the kiosk: what the server sends, what the tablet stores, and what screens are.

import type { Kiosk } from "../static/js/kiosk/kiosk.js";
import type { TakenNumbers } from "./montage.js";

/** Something in several languages, by language. */
export type Localized<T> = Record<string, T>;
export type Texts = Localized<string>;

// What campaign/kiosk/app/bundle.py sends.

export interface Campaign {
  kiosk: { id: string; name: string; expires_at: string; revoked: boolean };
  event: CampaignEvent;
  cause: { slug: string; title: Texts; count: number; shape: string; palette: string };
  /** Older servers do not send it. */
  organisation?: Organisation;
  languages: string[];
  petitions: Petition[];
  /** Actions of other kinds. Older servers do not send them. */
  actions?: Petition[];
  countries: Localized<[code: string, name: string][]>;
  consent: Consent;
  key: SealingKey;
  pin: StaffPin | null;
  table: { url: string; short: string };
  limits: Limits;
}

export interface CampaignEvent {
  title: Texts;
  /** In the first language, for servers that do not send `places`. */
  place: string;
  places?: Texts;
  country: string;
}

export interface Organisation {
  mark: Mark | null;
  pattern: string;
  name: Texts;
  accent: { day: Accent; night: Accent } | null;
}

/** The image of an organization. `has_name` says that its name is part of it. */
export interface Mark {
  url: string;
  width: number;
  height: number;
  has_name: boolean;
}

export interface Accent {
  fill: string;
  hover: string;
  active: string;
  on_fill: string;
  text: string;
  selected: string;
}

/** The texts of the consents. Older servers send only `version` and `words`. */
export interface Consent {
  version: string;
  words: Texts;
  actions?: Texts;
  news?: Texts;
  answer?: Texts;
}

export interface SealingKey {
  id: string;
  suite: string;
  public: string;
}

export interface StaffPin {
  salt: string;
  iterations: number;
  digest: string;
}

export interface Limits {
  batch: number;
  body_bytes: number;
}

/** A petition or another action. */
export interface Petition {
  slug: string;
  version: number;
  title: Texts;
  summary: Texts;
  body_html: Texts;
  targets: Localized<string[]>;
  required_fields: string[];
  questions: Question[];
  /** Older servers do not send it, nor `delivered`. */
  notice?: Localized<Notice>;
  delivered?: Texts;
  email: "required" | "optional";
  confirmation: string;
  offers_answers?: boolean;
  closes_at: string | null;
  phase: string;
  /** Only actions of other kinds have these three. */
  kind?: string;
  has_comment?: boolean;
  form?: Localized<LetterForm>;
}

export interface Question {
  name: string;
  type: "choice" | "tick" | "prompt" | "text";
  required: boolean;
  label: Texts;
  choices?: Localized<string[]>;
}

export interface Notice {
  digest: string;
  line: string;
  html: string;
}

export interface LetterForm {
  opening: string;
  closing: string;
  targets: LetterTarget[];
  most_targets: number;
  delivery: string;
  offers_reply: boolean;
  asks_postal_code: boolean;
}

export interface LetterTarget {
  id: number;
  name: string;
  about: string;
}

/** For each country: the pattern of its postal codes, and examples. */
export type PostalCodes = Record<string, [pattern: string, examples: string[]]>;

/** The answer to a message of the tablet. */
export interface SyncAnswer {
  receipts: Receipt[];
  server_time?: string;
  gaps?: [first: number, last: number][];
  /** The ETag of the campaign. */
  campaign?: string;
}

export interface Receipt {
  id: string;
  status: string;
  reason: string;
}

// What the tablet stores.

/** A table of this tablet. Of former ones it keeps what is still to be sent. */
export interface Pairing {
  kiosk: string;
  secret: string;
  name: string;
  /** The last sequence number that was used. */
  last: number;
  current: boolean;
  /** Only former tables have shifts here. */
  shifts?: Shift[];
}

export interface SealedRecord {
  id: string;
  sequence: number;
  /** The id of the key it is sealed with. */
  key: string;
  sealed: string;
  /** Whether its butterfly is shown immediately. */
  flies: boolean;
}

export interface QueuedRecord extends SealedRecord {
  kiosk: string;
  /** When it was signed, in ms. */
  at: number;
  /** Why the server refused it, or "". */
  refused: string;
}

/** A record held for review. */
export interface ReviewNote {
  kiosk: string;
  sequence: number;
  reason: string;
  at: number;
}

export interface Shift {
  id: string;
  tabler: string;
  started_at: string;
  ended_at: string | null;
  tally: number;
}

/** Attempts at the PIN, when the latest was, and how often the tablet has waited. */
export interface PinTries {
  used: number;
  at: number;
  waits: number;
}

/** The settings by their stored names. */
export interface Settings {
  campaign: { facts: Campaign; etag: string | null };
  isNew: boolean;
  numbers: TakenNumbers;
  shifts: Shift[];
  /** When people signed, in ms. */
  signed: number[];
  /** Why no more signatures are collected, or "". */
  stopped: string;
  tries: PinTries | null;
  theme: string;
  /** The language of the volunteers. */
  crews: string;
  notes: ReviewNote[];
  /** When the tablet last reached the server, in ms. */
  synced: number;
}

/** What waits to be sent. */
export interface Waiting {
  count: number;
  refused: QueuedRecord[];
  oldest: number | null;
}

// What one person enters.

export type TextField =
  | "given_name"
  | "family_name"
  | "email"
  | "country"
  | "postal_code"
  | "comment";

export interface Person extends Record<TextField, string> {
  name_display: string;
  subscribe: boolean;
  tell_answer: boolean;
  answers: Record<string, Answers>;
  kindData: Record<string, LetterData>;
  drawn: string;
}

/** The answers to one petition's questions, by name. */
export type Answers = Record<string, string | boolean>;

export interface LetterData {
  targets: number[];
  shares_address: boolean;
}

/** What the record of one petition needs beside the person. */
export interface SigningContext {
  lang: string;
  /** The version of the consent. */
  consent: string;
  /** The id of the open shift. */
  shift: string | null;
  at: number;
}

/** What the form requires. */
export interface FormRules {
  required: Set<string>;
  isEmailRequired: boolean;
  questions: { slug: string; question: Question }[];
  letters: { slug: string; letter: LetterForm }[];
}

/** The name of an error's text, and the values for its {braces}. */
export type FieldError = [code: string, values?: Record<string, string | number>];

/** What was stored for one person. */
export interface SignedRecords {
  ids: string[];
  flying: number;
  name: string;
  email: string;
  isLetter: boolean;
}

// What volunteers see.

export interface Battery {
  /** From 0 to 1. */
  level: number;
  isCharging: boolean;
}

export interface SyncState {
  isOnline: boolean | null;
  offlineSince: number | null;
  problem: string;
  gaps: [first: number, last: number][];
  /** How far the tablet's clock is ahead, in ms. */
  skew: number;
  /** The ETag of the newest campaign. */
  campaign: string | null;
}

export interface Readiness {
  parts: Record<string, boolean>;
  isReady: boolean;
  isLasting: boolean;
}

export interface PanelStatus {
  waiting: Waiting;
  synced: number | undefined;
  charge: Battery | null;
  ready: Readiness;
  stopped: string;
  expiresAt: number;
  signed: number[];
  shifts: Shift[];
  notes: ReviewNote[];
}

export interface Problem {
  kind: string;
  title: string;
  text: string;
  lines?: string[];
  notes?: ReviewNote[];
}

// Screens.

/** The kiosk once it has a campaign. */
export type LoadedKiosk = Kiosk & { campaign: Campaign };

export interface Screen {
  /** Whether the app may reload now. */
  isFree?: boolean;
  render?(): void;
  leave?(): void;
  /** Whether something was entered that a restart would lose. */
  hasInput?(): boolean;
}

export interface ScreenClass<Details extends unknown[] = any[]> {
  new (kiosk: LoadedKiosk, root: HTMLElement, ...details: Details): Screen;
  /** The name of its template. */
  template: string;
  isForTablers?: boolean;
  /** Whether it is wiped when someone leaves. */
  isPersonal?: boolean;
  idleMs?: number;
  /** The name of the text that says why it is wiped. */
  idleHint?: string;
}
