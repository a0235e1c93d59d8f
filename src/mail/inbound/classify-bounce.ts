/**
 * What one non-delivery means for what is done next (STANDARDS E15):
 * - dead_address: nothing will ever arrive there
 * - policy_block: the receiving side refuses us or this mail; the address is fine and the fault is ours to mend
 * - other_permanent: refused for good for another reason, such as a full mailbox or a message that is too large
 * - transient: given up after trying; another message may arrive
 * - delayed: still being tried; nothing is decided
 * - unknown: says nothing that a program may act on; a person looks
 */
export const BOUNCE_CLASSES = [
  'dead_address',
  'policy_block',
  'other_permanent',
  'transient',
  'delayed',
  'unknown',
] as const;
export type BounceClass = (typeof BOUNCE_CLASSES)[number];

export type StatusFields = {
  /** The Action field of RFC 3464, in small letters. */
  action: string | null;
  /** The Status field, or a provider's word for it: `5.1.1`. */
  status: string | null;
  /** The Diagnostic-Code field; looked at only where it quotes SMTP and the Status says nothing. */
  diagnostic?: string | null;
};

const STATUS = /^\s*([245])\.(\d{1,3})\.(\d{1,3})\b/;
/** `smtp; 550 5.1.1 ...`, `smtp;550-5.1.1 ...`: the reply's own enhanced status, at its place (RFC 2034). */
const SMTP_REPLY = /^\s*smtp\s*;\s*(?:<[^>]*>:?\s*)?[245]\d\d[ -]#?([245]\.\d{1,3}\.\d{1,3})\b/i;

/** The enhanced status of a report: its Status field, made exact by the quoted SMTP reply where it is only general. */
export function enhancedStatus({ status, diagnostic }: StatusFields): string | null {
  const own = STATUS.exec(status ?? '');
  const quoted = SMTP_REPLY.exec(diagnostic ?? '')?.[1];
  if (!own) return quoted ?? null;
  const isGeneral = own[2] === '0' && own[3] === '0';
  return isGeneral && quoted?.startsWith(own[1]!) ? quoted : `${own[1]}.${own[2]}.${own[3]}`;
}

/**
 * Sorts by the structure of the report alone. Never by words or digits found somewhere in its text: a quoted sentence
 * with 5.1.1 in it is no dead address, and a block by policy (5.7.x) says nothing against the address.
 */
export function classifyBounce(fields: StatusFields): BounceClass {
  const status = enhancedStatus(fields);
  const action = fields.action?.toLowerCase() ?? null;
  if (action === 'delayed') return 'delayed';
  if (action !== null && action !== 'failed') return 'unknown';
  if (status === null) return 'unknown';
  const [kind, subject, detail] = status.split('.').map(Number) as [number, number, number];
  if (kind === 4) return action === 'failed' ? 'transient' : 'delayed';
  if (kind !== 5) return 'unknown';
  if (subject === 7) return 'policy_block';
  // 5.1.7 and 5.1.8 speak of the sender's address, not of the recipient's (RFC 3463 section 3.2).
  if (subject === 1) return detail === 7 || detail === 8 ? 'policy_block' : 'dead_address';
  if ((subject === 2 && detail === 1) || (subject === 4 && detail === 4)) return 'dead_address';
  return 'other_permanent';
}
