// What we use of this library.

export class DhkemX25519HkdfSha256 {
  deserializePublicKey(key: ArrayBuffer): Promise<CryptoKey>;
}

export class HkdfSha256 {}

export class Aes128Gcm {}

export class CipherSuite {
  constructor(parts: { kem: DhkemX25519HkdfSha256; kdf: HkdfSha256; aead: Aes128Gcm });
  createSenderContext(parameters: {
    recipientPublicKey: CryptoKey;
    info: BufferSource;
  }): Promise<{ enc: ArrayBuffer; seal(plain: BufferSource): Promise<ArrayBuffer> }>;
}
