// The proof of work for forms, following ALTCHA protocol version 1.

export interface AltchaChallenge {
  challenge: string;
  salt: string;
  maxnumber: number;
}

/** The server's answer: a challenge, or nothing if no proof is required. */
export type AltchaAnswer =
  | (AltchaChallenge & { algorithm: string; signature: string })
  | { challenge?: undefined };
