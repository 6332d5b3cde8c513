// The JSON of passkeys, between the server and the browser. Bytes are in Base64.

export interface SentKey {
  id: string;
  type: "public-key";
}

/** What the server asks for when a passkey is created. */
export interface CreationOptions
  extends Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: SentKey[];
}

/** What the server asks for when a passkey is used. */
export interface RequestOptions
  extends Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> {
  challenge: string;
  allowCredentials?: SentKey[];
}

/** The browser's answer. */
export interface PasskeyAnswer {
  id: string;
  rawId: string;
  type: string;
  response: Record<string, string | string[]>;
}
