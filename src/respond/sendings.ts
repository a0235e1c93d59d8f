import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { textKey } from '../lib/text-key.ts';
import { BURST, type Sending } from './rules/quarantine.ts';

type Row = {
  invitation_id: number;
  employer_id: number;
  sent_at: Date;
  network_key: string;
  person_key: string;
  is_quick: boolean;
  was_shown: boolean;
};

/** More of one burst say no more. */
const NEIGHBOURS = 500;

/**
 * Notes how a sending came and brings those around it, itself among them, in one statement. A sending that is being
 * committed elsewhere at this moment is not seen; the job that looks over the last minutes sees both.
 */
export async function noteSending(
  tx: Tx,
  deps: Pick<Deps, 'secrets'>,
  input: {
    invitationId: number;
    employerId: number;
    sentAt: Date;
    ip: string;
    respondentName: string;
    tookMs: number;
    isQuick: boolean;
    wasShown: boolean;
  },
): Promise<{ sending: Sending; around: Sending[] }> {
  const { invitationId, employerId, sentAt, isQuick, wasShown } = input;
  const day = sentAt.toISOString().slice(0, 10);
  const key = (kind: string, value: string) =>
    createHmac('sha256', deps.secrets.suppressionKey)
      .update(`${kind}:${day}:${value}`)
      .digest()
      .subarray(0, 16)
      .toString('hex');
  const networkKey = key('network', networkOf(input.ip));
  const personKey = key('person', textKey(input.respondentName));
  const sending: Sending = { invitationId, employerId, sentAt, networkKey, personKey, isQuick, wasShown };
  const since = (ms: number) => new Date(sentAt.getTime() - ms).toISOString();
  const rows = await tx.execute<Row>(sql`
    with noted as (
      insert into answer_sendings (invitation_id, employer_id, sent_at, network_key, person_key, took_ms, is_quick, was_shown)
      values (${invitationId}, ${employerId}, ${sentAt.toISOString()}::timestamptz, decode(${networkKey}, 'hex'),
        decode(${personKey}, 'hex'), ${Math.min(Math.max(0, input.tookMs), 2_000_000_000)}, ${isQuick}, ${wasShown})
    )
    select invitation_id, employer_id, sent_at, encode(network_key, 'hex') as network_key,
      encode(person_key, 'hex') as person_key, is_quick, was_shown
    from answer_sendings
    where (network_key = decode(${networkKey}, 'hex') and sent_at >= ${since(BURST.networkWindowMs)}::timestamptz)
      or (person_key = decode(${personKey}, 'hex') and sent_at >= ${since(BURST.personWindowMs)}::timestamptz)
    order by sent_at desc
    limit ${NEIGHBOURS}`);
  return { sending, around: [...rows.map(sendingOf), sending] };
}

export async function listSendingsSince(db: Db, since: Date): Promise<Sending[]> {
  const rows = await db.execute<Row>(sql`
    select invitation_id, employer_id, sent_at, encode(network_key, 'hex') as network_key,
      encode(person_key, 'hex') as person_key, is_quick, was_shown
    from answer_sendings where sent_at >= ${since.toISOString()}::timestamptz order by sent_at, id`);
  return rows.map(sendingOf);
}

/** How a sending came is of use for some days only. */
export async function forgetSendings(db: Db, before: Date): Promise<void> {
  await db.execute(sql`delete from answer_sendings where sent_at < ${before.toISOString()}::timestamptz`);
}

function sendingOf(row: Row): Sending {
  return {
    invitationId: Number(row.invitation_id),
    employerId: Number(row.employer_id),
    sentAt: row.sent_at,
    networkKey: row.network_key,
    personKey: row.person_key,
    isQuick: row.is_quick,
    wasShown: row.was_shown,
  };
}

/** The part of an address that one site shares: 24 bits of IPv4, 56 of IPv6. */
function networkOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain.split('.').slice(0, 3).join('.');
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) =>
    group.padStart(4, '0'),
  );
  return groups.join('').slice(0, 14).toLowerCase();
}
