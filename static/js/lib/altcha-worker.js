// Counts up from 0 until SHA-256(salt + number) equals the challenge. Hashing here works without a
// secure context, unlike crypto.subtle. It is also faster for such short messages, because no
// promise is awaited between two numbers.

/** @import { AltchaChallenge } from "../../../types/altcha" */

/** @type {number[]} */
const primes = [];
for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
/** @param {number} root */
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;

// FIPS 180-4, 4.2.2 and 5.3.3: the first bits of the roots of the first primes.
const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const W = new Int32Array(64);
const state = new Int32Array(8);
/**
 * @param {number} x
 * @param {number} bits
 */
const rotate = (x, bits) => (x >>> bits) | (x << (32 - bits));

/**
 * @param {DataView} view
 * @param {number} offset
 */
function digestBlock(view, offset) {
  for (let i = 0; i < 16; i += 1) W[i] = view.getInt32(offset + 4 * i);
  for (let i = 16; i < 64; i += 1) {
    const w15 = W[i - 15];
    const w2 = W[i - 2];
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    W[i] = W[i - 16] + s0 + W[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const t1 =
      (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/**
 * @param {AltchaChallenge} challengeData
 * @returns {number | null}
 */
function solve({ challenge, salt, maxnumber }) {
  const prefix = new TextEncoder().encode(salt);
  const words = /** @type {RegExpMatchArray} */ (challenge.match(/.{8}/g));
  const target = words.map((word) => parseInt(word, 16) | 0);
  const bytes = new Uint8Array((((prefix.length + 16 + 8) >> 6) + 1) * 64);
  const view = new DataView(bytes.buffer);
  bytes.set(prefix);
  for (let number = 0; number <= maxnumber; number += 1) {
    const digits = String(number);
    for (let i = 0; i < digits.length; i += 1) bytes[prefix.length + i] = digits.charCodeAt(i);
    const length = prefix.length + digits.length;
    const end = (((length + 8) >> 6) + 1) * 64;
    bytes.fill(0, length, end);
    bytes[length] = 0x80;
    view.setUint32(end - 4, length * 8);
    state.set(START);
    for (let offset = 0; offset < end; offset += 64) digestBlock(view, offset);
    if (target.every((word, i) => word === state[i])) return number;
  }
  return null;
}

/** @param {MessageEvent<AltchaChallenge>} event */
self.onmessage = ({ data }) => self.postMessage(solve(data));
