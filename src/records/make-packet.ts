import { recordAudit } from '../agencies/record-audit.ts';
import { recordsPackets } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/errors.ts';
import { instantOf } from '../lib/zoned-time.ts';
import { listBodyRecords, listVotesForRecords } from './bodies.ts';
import {
  listAnswersForRecords,
  listFilesForRecords,
  listProceedings,
  listSnapshotsForRecords,
  listSubmissionsForRecords,
} from './queries.ts';
import { buildRecordsPacket } from './rules.ts';
import type { RedactionProfile } from './types.ts';

/** A packet is one file that a person hands over; more than this is several requests. */
export const MAX_ANSWERS = 20_000;

export type RecordsRequest = {
  reference: string;
  credential: { id: number; name: string } | null;
  /** Days in the agency's zone; the second is the first that is not covered. */
  fromDay: string;
  untilDay: string;
  profile: RedactionProfile;
};

/**
 * What an agency gives out to a records request, in one step: its answers, what came by letter, call or public page, the
 * files attached, how bodies and employers voted, what happened to applications and frozen evidence of those days, blacked
 * out by a profile, with a log of what was blacked out. It is kept as given out, with its hash.
 */
export async function makeRecordsPacket(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: RecordsRequest & {
    agency: { id: number; name: string; timeZone: string };
    staffId: number;
  },
): Promise<{ ok: true; packetId: number } | { ok: false; reason: 'too_much' }> {
  const now = deps.clock.now();
  const { agency, credential, fromDay, untilDay, profile, reference, staffId } = input;
  const scope = {
    agencyId: agency.id,
    credentialId: credential?.id ?? null,
    from: startOf(fromDay, agency.timeZone),
    until: startOf(untilDay, agency.timeZone),
  };
  return deps.db.transaction(
    async (tx) => {
      const answers = await listAnswersForRecords(tx, scope, MAX_ANSWERS + 1);
      const submissions = await listSubmissionsForRecords(tx, scope, MAX_ANSWERS + 1);
      const votes = await listVotesForRecords(tx, scope, now, MAX_ANSWERS + 1);
      if (Math.max(answers.length, submissions.length, votes.length) > MAX_ANSWERS)
        return { ok: false, reason: 'too_much' };
      const built = buildRecordsPacket({
        agency: agency.name,
        reference,
        credential: credential?.name ?? null,
        fromDay,
        untilDay,
        timeZone: agency.timeZone,
        profile,
        madeAt: now,
        answers,
        submissions,
        files: await listFilesForRecords(tx, scope),
        bodies: await listBodyRecords(tx, scope, now),
        votes,
        proceedings: await listProceedings(tx, scope),
        snapshots: await listSnapshotsForRecords(tx, scope),
      });
      const [row] = await tx
        .insert(recordsPackets)
        .values({
          agencyId: agency.id,
          reference,
          credentialId: scope.credentialId,
          fromDay,
          untilDay,
          profile,
          answers: answers.length,
          redactions: built.redactions,
          packet: built.text,
          sha256: built.sha256,
          madeBy: staffId,
          madeAt: now,
        })
        .returning({ id: recordsPackets.id });
      await recordAudit(tx, {
        at: now,
        agencyId: agency.id,
        actorKind: 'staff',
        actorId: staffId,
        action: 'records_packet.made',
        subjectType: 'records_packet',
        subjectId: row!.id,
        details: {
          profile,
          fromDay,
          untilDay,
          credentialId: scope.credentialId,
          answers: answers.length,
          sha256: built.sha256,
        },
      });
      return { ok: true, packetId: row!.id };
    },
    // One moment of the database for all that is in the packet.
    { isolationLevel: 'repeatable read' },
  );
}

function startOf(day: string, timeZone: string): Date {
  const [year, month, date] = day.split('-').map(Number);
  const wall = { year: year!, month: month!, day: date!, hour: 0, minute: 0 };
  const instant = instantOf(wall, timeZone) ?? instantOf({ ...wall, hour: 1 }, timeZone);
  invariant(instant, 'a checked day begins at midnight, or where clocks go forward then, at one');
  return instant;
}
