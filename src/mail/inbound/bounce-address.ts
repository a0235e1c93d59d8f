import { createHmac, timingSafeEqual } from 'node:crypto';

const PURPOSE = 'bounce-address';
/** 128 bits: guessing one would let a stranger have somebody's mails stopped. */
const MAC_BYTES = 16;
/** Small letters and digits only, since some mail servers change the case of what stands before the @. */
const LOCAL_PART = /^bounce\+([0-9a-z]{1,11})-([0-9a-f]{32})$/;

/** Takes feedback reports (ARF), which providers send to one registered address. */
const COMPLAINTS = 'complaints';

/** The envelope sender of one message (VERP, E14): whatever comes back to it is about this message. */
export function bounceAddress(key: Buffer, messageRow: number, domain: string): string {
  const id = messageRow.toString(36);
  return `bounce+${id}-${mac(key, id).toString('hex')}@${domain}`;
}

/** The message that an address of ours stands for; null for any address that we did not make. */
export function readBounceAddress(key: Buffer, address: string, domain: string): number | null {
  const at = address.lastIndexOf('@');
  if (at < 0 || address.slice(at + 1).toLowerCase() !== domain.toLowerCase()) return null;
  const match = LOCAL_PART.exec(address.slice(0, at).toLowerCase());
  if (!match) return null;
  const [, id, given] = match as unknown as [string, string, string];
  if (!timingSafeEqual(Buffer.from(given, 'hex'), mac(key, id))) return null;
  const messageRow = Number.parseInt(id, 36);
  return Number.isSafeInteger(messageRow) && messageRow > 0 ? messageRow : null;
}

/** The one address without a token: what comes there counts only by the token in the report itself. */
export function isComplaintsAddress(address: string, domain: string): boolean {
  return address.toLowerCase() === `${COMPLAINTS}@${domain.toLowerCase()}`;
}

function mac(key: Buffer, id: string): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE}:${id}`).digest().subarray(0, MAC_BYTES);
}
