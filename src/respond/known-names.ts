import { LRUCache } from 'lru-cache';
import type { Sql } from '../db/client.ts';
import { invariant } from '../lib/errors.ts';
import type { CredentialAsk, CredentialFacts } from './types.ts';

/** How long a page may go on showing a name that was changed. What decides anything is read anew at every request. */
const FRESH_MS = 10_000;
/** How long the order of one invitation's pages is taken as it was when the last one was shown. */
const ORDER_MS = 10 * 60_000;
const MAX_KEPT = 5_000;

type KnownAgency = CredentialFacts['agency'];
type KnownCredential = Pick<CredentialAsk, 'credentialId' | 'name' | 'issuerId' | 'issuer'>;

/** What an invitation asks, in the order of its pages; without a credential it is a meeting. */
export type Asked = readonly AskedOne[];
type AskedOne = { askId: number } & (
  | { credentialId: number; instrumentVersionId: number }
  | { credentialId: null; instrumentVersionId: null }
);

export type KnownNames = {
  agency(id: number): Promise<KnownAgency>;
  credential(id: number): Promise<KnownCredential>;
  /** Which pages an invitation has, to lead from one to the next. Each page and the sending look anew for themselves. */
  asked(invitationId: number): Promise<Asked>;
  /** As a page that was shown just now has read it. */
  keepAsked(invitationId: number, asked: Asked): void;
};

/**
 * What agencies and credentials are called, read once in ten seconds. A wave's pages show the same few thousands of times
 * within an hour, and to join them to each page's read doubles its cost in the database.
 */
export function createKnownNames(sql: Sql): KnownNames {
  const agencies = new LRUCache<number, KnownAgency>({
    max: MAX_KEPT,
    ttl: FRESH_MS,
    fetchMethod: async (id) => {
      const [row] = await sql<KnownAgency[]>`
        select name, reply_to as "replyTo", phone, postal_address as "postalAddress" from agencies where id = ${id}`;
      return row;
    },
  });
  const credentials = new LRUCache<number, KnownCredential>({
    max: MAX_KEPT,
    ttl: FRESH_MS,
    fetchMethod: async (id) => {
      const [row] = await sql<KnownCredential[]>`
        select c.id as "credentialId", c.name, s.id as "issuerId", s.name as issuer
        from credentials c join issuers s on s.id = c.issuer_id where c.id = ${id}`;
      return row;
    },
  });
  const asked = new LRUCache<number, Asked>({
    max: MAX_KEPT,
    ttl: ORDER_MS,
    fetchMethod: (id) => sql<AskedOne[]>`
      select id as "askId", credential_id as "credentialId", instrument_version_id as "instrumentVersionId" from asks
      where invitation_id = ${id} and state <> 'cancelled' order by position`,
  });
  const read =
    <Known extends object>(cache: LRUCache<number, Known>, what: string) =>
    async (id: number) => {
      const known = cache.get(id) ?? (await cache.fetch(id));
      invariant(known, `${what} ${id} exists`);
      return known;
    };
  return {
    agency: read(agencies, 'agency'),
    credential: read(credentials, 'credential'),
    asked: read(asked, 'invitation'),
    keepAsked: (invitationId, asks) => void asked.set(invitationId, asks),
  };
}
