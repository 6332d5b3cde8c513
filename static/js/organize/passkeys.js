// Converts WebAuthn requests and responses between the server's JSON and the browser's objects.

import { toBytes, toText } from "../lib/base64url.js";

/** @import { CreationOptions, PasskeyAnswer, RequestOptions, SentKey } from "../../../types/passkeys" */

/**
 * @param {SentKey[] | undefined} keys
 * @returns {PublicKeyCredentialDescriptor[]}
 */
const decodeIds = (keys) => (keys || []).map((key) => ({ ...key, id: toBytes(key.id) }));

const RESPONSE_FIELDS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

/**
 * @param {Credential | null} credential
 * @returns {PasskeyAnswer}
 */
function serialize(credential) {
  const { id, rawId, type, response: source } = /** @type {PublicKeyCredential} */ (credential);
  const bytes = /** @type {Record<string, ArrayBuffer | undefined>} */ (/** @type {unknown} */ (source));
  /** @type {PasskeyAnswer["response"]} */
  const response = {};
  for (const name of RESPONSE_FIELDS) if (bytes[name]) response[name] = toText(bytes[name]);
  const { getTransports } = /** @type {AuthenticatorAttestationResponse} */ (source);
  if (getTransports) response.transports = getTransports.call(source);
  return { id, rawId: toText(rawId), type, response };
}

/**
 * @param {CreationOptions} options
 * @returns {Promise<PasskeyAnswer>}
 */
export async function createPasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: decodeIds(options.excludeCredentials),
  };
  return serialize(await navigator.credentials.create({ publicKey }));
}

/**
 * @param {RequestOptions} options
 * @returns {Promise<PasskeyAnswer>}
 */
export async function getPasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: decodeIds(options.allowCredentials),
  };
  return serialize(await navigator.credentials.get({ publicKey }));
}
