// Seals records to the server's public key (HPKE, RFC 9180), so the tablet cannot open them again.
// The curve comes from the library, because older tablets' browsers do not have it.

import {
  Aes128Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
} from "../../vendor/hpke-core-1.9.0.js";
import { toBytes, toText } from "../lib/base64url.js";

/** @import { SealingKey } from "../../../types/kiosk" */

const SUITE = "X25519-HKDF-SHA256-AES-128-GCM";
const text = new TextEncoder();

/**
 * Return `value` sealed so that only the holder of the private key can read it.
 *
 * The result is bound to its kiosk, its id and its sequence number.
 *
 * @param {unknown} value
 * @param {SealingKey} key
 * @param {{ kiosk: string, id: string, sequence: number }} place
 * @returns {Promise<string>}
 */
export async function seal(value, key, { kiosk, id, sequence }) {
  if (key.suite !== SUITE) throw new Error(`Unknown suite ${key.suite}`);
  const kem = new DhkemX25519HkdfSha256();
  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const recipientPublicKey = await kem.deserializePublicKey(toBytes(key.public).buffer);
  const info = text.encode(`volante-kiosk-1|${kiosk}|${id}|${sequence}`);
  const sender = await suite.createSenderContext({ recipientPublicKey, info });
  const sealed = new Uint8Array(await sender.seal(text.encode(JSON.stringify(value))));
  const enc = new Uint8Array(sender.enc);
  const joined = new Uint8Array(enc.length + sealed.length);
  joined.set(enc);
  joined.set(sealed, enc.length);
  return toText(joined);
}
