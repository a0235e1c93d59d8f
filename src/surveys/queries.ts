import { eq } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { instrumentVersions, noticeVersions } from '../db/schema/surveys.ts';
import { invariant } from '../lib/errors.ts';
import { type InstrumentBody, instrumentBody, type NoticeBody, noticeBody } from './types.ts';

/** A stored version with the hash of its canonical JSON; once used it never changes. */
export type Version<Body> = { id: number; sha256: string; body: Body; isUsed: boolean };

const instruments = new WeakMap<Db, Map<number, Version<InstrumentBody>>>();
const notices = new WeakMap<Db, Map<number, Version<NoticeBody>>>();

/**
 * One version of an instrument. Versions are immutable once used, so those are kept in memory for as long as the pool lives;
 * pass the pool rather than a transaction to use them.
 */
export async function getInstrumentVersion(db: Db, id: number): Promise<Version<InstrumentBody>> {
  const version = await findInstrumentVersion(db, id);
  invariant(version, `instrument version ${id} exists`);
  return version;
}

/** Several of them by id, each once. */
export async function getInstrumentVersions(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, Version<InstrumentBody>>> {
  const versions = new Map<number, Version<InstrumentBody>>();
  for (const id of ids) {
    if (versions.has(id)) continue;
    versions.set(id, instruments.get(db)?.get(id) ?? (await getInstrumentVersion(db, id)));
  }
  return versions;
}

/** One version by an id that somebody else named. */
export async function findInstrumentVersion(db: Db, id: number): Promise<Version<InstrumentBody> | null> {
  const known = instruments.get(db)?.get(id);
  if (known) return known;
  const [row] = await db
    .select({
      id: instrumentVersions.id,
      sha256: instrumentVersions.sha256,
      body: instrumentVersions.body,
      usedAt: instrumentVersions.usedAt,
    })
    .from(instrumentVersions)
    .where(eq(instrumentVersions.id, id));
  if (!row) return null;
  const version = {
    id: row.id,
    sha256: row.sha256,
    body: instrumentBody.parse(row.body),
    isUsed: row.usedAt !== null,
  };
  if (version.isUsed) keep(instruments, db, version);
  return version;
}

/** One version of an agency's public-records notice, kept like instrument versions. */
export async function getNoticeVersion(db: Db, id: number): Promise<Version<NoticeBody>> {
  const known = notices.get(db)?.get(id);
  if (known) return known;
  const [row] = await db
    .select({
      id: noticeVersions.id,
      sha256: noticeVersions.sha256,
      body: noticeVersions.body,
      usedAt: noticeVersions.usedAt,
    })
    .from(noticeVersions)
    .where(eq(noticeVersions.id, id));
  invariant(row, `notice version ${id} exists`);
  const version = {
    id: row.id,
    sha256: row.sha256,
    body: noticeBody.parse(row.body),
    isUsed: row.usedAt !== null,
  };
  if (version.isUsed) keep(notices, db, version);
  return version;
}

function keep<Body>(store: WeakMap<Db, Map<number, Version<Body>>>, db: Db, version: Version<Body>): void {
  const versions = store.get(db) ?? new Map<number, Version<Body>>();
  versions.set(version.id, version);
  store.set(db, versions);
}
