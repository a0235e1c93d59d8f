import { desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { instruments, instrumentVersions, noticeVersions } from '../db/schema/surveys.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { PUBLIC_RECORDS_NOTICE, WYOMING_INSTRUMENT } from './presets.ts';
import { type InstrumentBody, instrumentBody, type NoticeBody, noticeBody } from './types.ts';

/** SHA-256 over the canonical JSON of an instrument or a notice: what answers and evidence name it by. */
export function bodySha256(body: InstrumentBody | NoticeBody): string {
  return sha256Hex(canonicalJson(body));
}

/** Stores wording as the instrument's next version, or finds the version that already says the same. */
export async function publishInstrument(
  tx: Db,
  input: { slug: string; name: string; body: InstrumentBody; now: Date },
): Promise<{ instrumentVersionId: number }> {
  const body = instrumentBody.parse(input.body);
  const sha256 = bodySha256(body);
  const [instrument] = await tx
    .insert(instruments)
    .values({ slug: input.slug, name: input.name, createdAt: input.now })
    .onConflictDoUpdate({ target: instruments.slug, set: { name: sql`${instruments.name}` } })
    .returning({ id: instruments.id });
  const instrumentId = instrument!.id;
  const [latest] = await tx
    .select({
      id: instrumentVersions.id,
      version: instrumentVersions.version,
      sha256: instrumentVersions.sha256,
    })
    .from(instrumentVersions)
    .where(eq(instrumentVersions.instrumentId, instrumentId))
    .orderBy(desc(instrumentVersions.version))
    .limit(1);
  if (latest?.sha256 === sha256) return { instrumentVersionId: latest.id };
  const [inserted] = await tx
    .insert(instrumentVersions)
    .values({ instrumentId, version: (latest?.version ?? 0) + 1, body, sha256, createdAt: input.now })
    .returning({ id: instrumentVersions.id });
  return { instrumentVersionId: inserted!.id };
}

/** Stores an agency's notice as its next version, or finds the version that already says the same. */
export async function publishNotice(
  tx: Db,
  input: { agencyId: number; body: NoticeBody; now: Date },
): Promise<{ noticeVersionId: number }> {
  const body = noticeBody.parse(input.body);
  const sha256 = bodySha256(body);
  const [latest] = await tx
    .select({ id: noticeVersions.id, version: noticeVersions.version, sha256: noticeVersions.sha256 })
    .from(noticeVersions)
    .where(eq(noticeVersions.agencyId, input.agencyId))
    .orderBy(desc(noticeVersions.version))
    .limit(1);
  if (latest?.sha256 === sha256) return { noticeVersionId: latest.id };
  const [inserted] = await tx
    .insert(noticeVersions)
    .values({
      agencyId: input.agencyId,
      version: (latest?.version ?? 0) + 1,
      body,
      sha256,
      createdAt: input.now,
    })
    .returning({ id: noticeVersions.id });
  return { noticeVersionId: inserted!.id };
}

/** Marks a wave's wording as used, in the transaction that launches it: from then on it cannot change. */
export async function markWordingUsed(
  tx: Db,
  input: { instrumentVersionId: number; noticeVersionId: number; now: Date },
): Promise<void> {
  await tx
    .update(instrumentVersions)
    .set({ usedAt: input.now })
    .where(
      sql`${instrumentVersions.id} = ${input.instrumentVersionId} and ${instrumentVersions.usedAt} is null`,
    );
  await tx
    .update(noticeVersions)
    .set({ usedAt: input.now })
    .where(sql`${noticeVersions.id} = ${input.noticeVersionId} and ${noticeVersions.usedAt} is null`);
}

type ChosenWording = { instrumentVersionId: number | null; noticeVersionId: number | null };

/**
 * The wording that an agency asks with now: what was chosen, else the newest instrument and its own newest notice, the
 * presets where there is none, both marked as used.
 */
export async function takeWording(
  tx: Db,
  input: { agencyId: number; now: Date; chosen?: ChosenWording },
): Promise<{ instrumentVersionId: number; noticeVersionId: number }> {
  const { agencyId, now, chosen } = input;
  const [instrument] = await tx
    .select({ id: instrumentVersions.id })
    .from(instrumentVersions)
    .orderBy(desc(instrumentVersions.id))
    .limit(1);
  const instrumentVersionId =
    chosen?.instrumentVersionId ??
    instrument?.id ??
    (await publishInstrument(tx, { slug: 'wyoming', name: 'Wyoming', body: WYOMING_INSTRUMENT, now }))
      .instrumentVersionId;
  const [notice] = await tx
    .select({ id: noticeVersions.id })
    .from(noticeVersions)
    .where(eq(noticeVersions.agencyId, agencyId))
    .orderBy(desc(noticeVersions.version))
    .limit(1);
  const noticeVersionId =
    chosen?.noticeVersionId ??
    notice?.id ??
    (await publishNotice(tx, { agencyId, body: PUBLIC_RECORDS_NOTICE, now })).noticeVersionId;
  await markWordingUsed(tx, { instrumentVersionId, noticeVersionId, now });
  return { instrumentVersionId, noticeVersionId };
}
