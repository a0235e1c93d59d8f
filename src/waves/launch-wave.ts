import { and, eq, sql } from 'drizzle-orm';
import { getAgency } from '../agencies/queries.ts';
import { recordAudit } from '../agencies/record-audit.ts';
import { DEFAULT_SEAT_ROLE } from '../committees/queries.ts';
import type { Tx } from '../db/client.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { readSenderDns } from '../mail/read-sender-dns.ts';
import { judgeSenderDns } from '../mail/sender-dns.ts';
import { createTouches, type Touch } from '../outreach/create-touches.ts';
import { collectReasons } from '../outreach/planner/plan-reasons.ts';
import type { PlannedTouch } from '../outreach/planner/types.ts';
import { takeWording } from '../surveys/publish-wording.ts';
import type { Staff } from './create-wave.ts';
import { beginWarmUp } from './gather-limits.ts';
import { previewWave } from './preview-wave.ts';
import { graceUntil, protocolSha256, protocolToJson } from './protocol.ts';
import { draftOf, listMeetingTopics, lockWave } from './queries.ts';
import { insertExclusions, insertPlanReasons } from './reason-queries.ts';
import { refuseUnless, requireReady } from './refuse.ts';
import { summaryKey } from './summary-key.ts';

export type Launched = { people: number; messages: number; leftOut: number };

/**
 * Advisory lock under which waves are planned for good: two waves, of whatever agencies, that launch at one moment
 * see each other's touches in the ledger.
 */
export const LAUNCH_LOCK = 7_302;

/**
 * proposed -> running, by another person than the proposer. Plans anew with what is known now, freezes the protocol
 * with its hash, writes invitations, asks, messages and every reason, all in one transaction; hints the queue after it. However
 * often it is called, the wave launches once; null when it was launched by this very person before.
 *
 * `seen` names the figures that the approver looked at (summaryKey): if they changed meanwhile, the approver looks
 * again. Null launches whatever the plan is now.
 */
export async function launchWave(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets' | 'queue' | 'resolveTxt'>,
  input: { staff: Staff; waveId: number; seen: string | null },
): Promise<Launched | null> {
  await requireTrustedSender(deps, input.staff.agencyId);
  const launched = await deps.db.transaction((tx) => launch(tx, deps, input));
  await deps.queue.enqueue('outreach.send-due', { waveId: input.waveId });
  return launched;
}

/** Mail that leaves must come from a domain whose DKIM and DMARC hold (E9); what DNS cannot tell now stops nobody. */
async function requireTrustedSender(
  deps: Pick<Deps, 'db' | 'config' | 'resolveTxt'>,
  agencyId: number,
): Promise<void> {
  if (!deps.config.smtpUrl) return;
  const { mailFromAddress } = await getAgency(deps.db, agencyId);
  const dns = await readSenderDns(deps.resolveTxt, { ...deps.config, fromAddress: mailFromAddress });
  if (judgeSenderDns(dns).some(({ level, ok }) => level === 'must' && ok === false)) {
    throw new DomainError('sender_not_trusted');
  }
}

async function launch(
  tx: Tx,
  deps: Pick<Deps, 'clock' | 'config' | 'secrets'>,
  { staff, waveId, seen }: { staff: Staff; waveId: number; seen: string | null },
): Promise<Launched | null> {
  await tx.execute(sql`select pg_advisory_xact_lock(${LAUNCH_LOCK}::bigint)`);
  const row = await lockWave(tx, staff.agencyId, waveId);
  if (row.state === 'running' && row.approvedBy === staff.id) return null;
  refuseUnless('approve', row, staff);

  const now = deps.clock.now();
  const ready = requireReady(draftOf(row), now);
  const { timeZone } = await getAgency(tx, staff.agencyId);
  const wave = { id: row.id, agencyId: row.agencyId, ...ready };
  const { plan, summary, input } = await previewWave(tx, deps, wave, {
    now,
    agencyZone: timeZone,
    lock: true,
  });
  const { protocol } = input;
  if (plan.touches.length === 0) throw new DomainError('wave_asks_nobody');
  if (seen !== null && seen !== summaryKey(summary)) throw new DomainError('stale_form');

  const frozen = protocolToJson(protocol);
  const answersUntil = graceUntil(protocol);
  await tx
    .update(waves)
    .set({
      state: 'running',
      // Its own, else the newest, else the standard one.
      ...(await takeWording(tx, { agencyId: staff.agencyId, now, chosen: row })),
      protocol: frozen,
      protocolSha256: protocolSha256(frozen),
      closeAt: protocol.closeAt,
      graceUntil: answersUntil,
      approvedBy: staff.id,
      approvedAt: now,
      launchedAt: now,
      updatedAt: now,
    })
    .where(and(eq(waves.id, waveId), eq(waves.state, 'proposed')));
  const { created, messages } = await createTouches(tx, deps, {
    wave: { id: waveId, agencyId: staff.agencyId, graceUntil: answersUntil },
    touches: await withSeatRoles(tx, staff.agencyId, plan.touches),
    now,
  });
  await beginWarmUp(tx, { agencyId: staff.agencyId, warmUp: input.warmUp, now });
  const { reasons, leftOut } = collectReasons(input, plan);
  await insertExclusions(tx, waveId, leftOut);
  await insertPlanReasons(tx, waveId, reasons);
  await recordAudit(tx, {
    at: now,
    agencyId: staff.agencyId,
    actorKind: 'staff',
    actorId: staff.id,
    action: 'wave.launched',
    subjectType: 'wave',
    subjectId: waveId,
    details: {
      people: created,
      asks: summary.asks,
      messages,
      leftOut: plan.exclusions.length,
      protocolSha256: protocolSha256(frozen),
    },
  });
  return { people: created, messages, leftOut: plan.exclusions.length };
}

/** An invitation to a meeting offers the role of the committee's first free seat. */
async function withSeatRoles(tx: Tx, agencyId: number, touches: readonly PlannedTouch[]): Promise<Touch[]> {
  const ids = new Set(
    touches.flatMap((touch) => touch.asks.flatMap((ask) => (ask.kind === 'meeting' ? [ask.meetingId] : []))),
  );
  const meetings = await listMeetingTopics(tx, agencyId, [...ids]);
  const roles = new Map(
    meetings.map((meeting) => [meeting.id, meeting.freeSeats[0]?.role ?? DEFAULT_SEAT_ROLE]),
  );
  return touches.map((touch) => ({
    ...touch,
    asks: touch.asks.map((ask) =>
      ask.kind === 'meeting' ? { ...ask, seatRole: roles.get(ask.meetingId) ?? DEFAULT_SEAT_ROLE } : ask,
    ),
  }));
}
