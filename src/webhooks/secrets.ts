import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/**
 * An endpoint's two keys are derived from the installation's link key, as links are: a dump of the database signs
 * nothing, and every server has them without asking. Raising the version makes new ones.
 */
function derive(key: Buffer, purpose: string, endpointId: number, version: number): Buffer {
  return createHmac('sha256', key).update(`webhook-${purpose}:${endpointId}:${version}`).digest();
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

function signingKey(key: Buffer, endpointId: number, version: number): KeyObject {
  const seed = derive(key, 'ed25519', endpointId, version);
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}

/** What the receiver needs: the shared secret, to be shown once, or the public key, which may be shown to anybody. */
export function endpointKeys(key: Buffer, endpointId: number, version: number) {
  const publicKey = createPublicKey(signingKey(key, endpointId, version));
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    secret: `whsec_${derive(key, 'hmac', endpointId, version).toString('base64')}`,
    publicKey: `whpk_${raw.toString('base64')}`,
  };
}

/**
 * The headers of a delivery by Standard Webhooks 1.0: HMAC-SHA256 (`v1`) and Ed25519 (`v1a`) over id, time and body, of
 * each version of the keys that is in force.
 */
export function signedHeaders(
  key: Buffer,
  message: { endpointId: number; versions: readonly number[]; id: string; at: Date; body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(message.at.getTime() / 1000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = message.versions.flatMap((version) => {
    const secret = derive(key, 'hmac', message.endpointId, version);
    const mac = createHmac('sha256', secret).update(signed).digest('base64');
    const signature = sign(null, Buffer.from(signed), signingKey(key, message.endpointId, version));
    return [`v1,${mac}`, `v1a,${signature.toString('base64')}`];
  });
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
