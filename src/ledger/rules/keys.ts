import { z } from 'zod';
import { decodeStrict } from '../../lib/base64.ts';
import { keyIdOf, type PublicKey, toJwk } from '../../lib/ed25519.ts';

/** A public key and the half-open time in which it signs. */
export type SigningKey = { kid: string; publicKey: PublicKey; notBefore: Date; retiredAt: Date | null };

/** The key that signs at a time. Where two overlap, the later one. */
export function currentKey(keys: readonly SigningKey[], at: Date): SigningKey | null {
  return (
    keys.findLast(({ notBefore, retiredAt }) => notBefore <= at && (!retiredAt || retiredAt > at)) ?? null
  );
}

/** Whether a key was in force when something says that it was signed. Clocks may differ by a minute. */
export function wasInForce({ notBefore, retiredAt }: SigningKey, at: Date): boolean {
  const slack = 60_000;
  return (
    at.getTime() >= notBefore.getTime() - slack && (!retiredAt || at.getTime() < retiredAt.getTime() + slack)
  );
}

/** A JSON Web Key Set (RFC 7517); `nbf` and `exp` in seconds say when a key signs, as OpenID Federation has them. */
export function toJwks(keys: readonly SigningKey[]) {
  return {
    keys: keys.map(({ kid, publicKey, notBefore, retiredAt }) => ({
      ...toJwk(publicKey),
      kid,
      use: 'sig',
      alg: 'EdDSA',
      nbf: Math.floor(notBefore.getTime() / 1000),
      ...(retiredAt && { exp: Math.ceil(retiredAt.getTime() / 1000) }),
    })),
  };
}

const jwkSchema = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string().optional(),
  nbf: z.number().optional(),
  exp: z.number().optional(),
});
const keySet = z.union([z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) }), jwkSchema]);

/** Reads a JWKS or a single JWK. Keys of other kinds are passed over; null when it is neither, or holds none of ours. */
export function readJwks(text: string): SigningKey[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = keySet.safeParse(value);
  if (!parsed.success) return null;
  const candidates = 'keys' in parsed.data ? (parsed.data.keys as unknown[]) : [parsed.data];
  const keys = candidates.flatMap((candidate) => {
    const jwk = jwkSchema.safeParse(candidate).data;
    const publicKey = jwk ? decodeStrict(jwk.x, 'base64url') : null;
    if (!jwk || publicKey?.length !== 32) return [];
    // The name must follow from the key, or a set could give a key another one's name.
    const kid = keyIdOf(publicKey);
    if (jwk.kid !== undefined && jwk.kid !== kid) return [];
    return [
      {
        kid,
        publicKey,
        notBefore: new Date((jwk.nbf ?? 0) * 1000),
        retiredAt: jwk.exp === undefined ? null : new Date(jwk.exp * 1000),
      },
    ];
  });
  return keys.length > 0 ? keys : null;
}
