// Converts WebAuthn requests and responses between the server's JSON and the browser's objects.

import { toBytes, toText } from "../lib/base64url.js";

const decodeIds = (keys) => (keys || []).map((key) => ({ ...key, id: toBytes(key.id) }));

const RESPONSE_FIELDS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function serialize(credential) {
  const response = {};
  for (const name of RESPONSE_FIELDS) if (credential.response[name]) response[name] = toText(credential.response[name]);
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response };
}

export async function createPasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: decodeIds(options.excludeCredentials),
  };
  return serialize(await navigator.credentials.create({ publicKey }));
}

export async function getPasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: decodeIds(options.allowCredentials),
  };
  return serialize(await navigator.credentials.get({ publicKey }));
}
