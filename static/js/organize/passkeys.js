// Converts WebAuthn requests and responses between the server's JSON and the browser's objects.

import { toBytes, toText } from "../lib/base64url.js";

const withBytes = (keys) => (keys || []).map((key) => ({ ...key, id: toBytes(key.id) }));

const ANSWERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function written(credential) {
  const response = {};
  for (const name of ANSWERS) if (credential.response[name]) response[name] = toText(credential.response[name]);
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response };
}

export async function makePasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  return written(await navigator.credentials.create({ publicKey }));
}

export async function showPasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  };
  return written(await navigator.credentials.get({ publicKey }));
}
