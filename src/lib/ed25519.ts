import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** A public Ed25519 key as its 32 bytes (RFC 8032). */
export type PublicKey = Buffer;

export type PublicJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string };

/** A new private key. */
export function generateSigningKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** Reads a private key from PEM (PKCS#8); null when it is no Ed25519 key. */
export function readPrivateKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    // The parser's words may quote the file.
    return null;
  }
}

export function writePrivateKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

export function publicKeyOf(privateKey: KeyObject): PublicKey {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  return Buffer.from(jwk.x as string, 'base64url');
}

export function toJwk(publicKey: PublicKey): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
}

/** The name of a key that follows from the key: its JWK thumbprint (RFC 7638, RFC 8037). */
export function keyIdOf(publicKey: PublicKey): string {
  const { crv, kty, x } = toJwk(publicKey);
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

export function signBytes(data: Uint8Array, privateKey: KeyObject): Buffer {
  return sign(null, data, privateKey);
}

export function verifyBytes(data: Uint8Array, signature: Uint8Array, publicKey: PublicKey): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const key = createPublicKey({ key: toJwk(publicKey), format: 'jwk' });
  return verify(null, data, key, signature);
}
