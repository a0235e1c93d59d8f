import { documentPath } from '../documents/paths.ts';
import { formatDate } from '../lib/zoned-time.ts';
import { liftFieldOf } from './forms.ts';
import { recordsPaths } from './paths.ts';
import type {
  findPacket,
  findRetentionProposal,
  listHolds,
  listPackets,
  listRetentionRules,
  listRetentionRuns,
} from './queries.ts';
import { contentsOf, monthsInForce, retentionChanges } from './rules.ts';
import { REDACTION_PROFILES, RETENTION_CLASSES } from './types.ts';
import { CLASS_WORDS, FIELD_WORDS, PROFILE_WORDS } from './words.ts';

type Choice = { id: number; name: string };
type Done = unknown;

const TABS = [
  { href: recordsPaths.requests, text: 'Requests' },
  { href: recordsPaths.retention, text: 'Retention' },
  { href: recordsPaths.holds, text: 'Legal holds' },
];

const tabsAt = (href: string) => TABS.map((tab) => ({ ...tab, current: tab.href === href }));

const noticeOf = (done: Done, words: Record<string, string>) => {
  const text = typeof done === 'string' && Object.hasOwn(words, done) ? words[done] : undefined;
  return text ? { kind: 'success' as const, text } : null;
};

/** The last day that a half-open span covers. */
function lastDayOf(untilDay: string): string {
  const date = new Date(`${untilDay}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

const spanOf = ({ fromDay, untilDay }: { fromDay: string; untilDay: string }) => {
  const shown = (day: string) => formatDate(new Date(`${day}T12:00:00Z`), 'UTC');
  return `${shown(fromDay)} to ${shown(lastDayOf(untilDay))}`;
};

export function requestsPage(facts: {
  packets: Awaited<ReturnType<typeof listPackets>>;
  credentials: readonly Choice[];
  mayDisclose: boolean;
  zone: string;
}) {
  return {
    title: 'Public records',
    tabs: tabsAt(recordsPaths.requests),
    zone: facts.zone,
    packets: facts.packets.map((packet) => ({
      href: recordsPaths.packet(packet.id),
      reference: packet.reference,
      credential: packet.credential ?? 'All credentials',
      span: spanOf(packet),
      profile: PROFILE_WORDS[packet.profile].text,
      answers: packet.answers,
      madeBy: packet.madeBy,
      madeAt: packet.madeAt,
    })),
    action: facts.mayDisclose ? recordsPaths.requests : null,
    credentials: facts.credentials.map(({ id, name }) => ({ value: String(id), text: name })),
    profiles: REDACTION_PROFILES.map((profile) => ({ value: profile, ...PROFILE_WORDS[profile] })),
  };
}

export function packetPage(facts: {
  found: NonNullable<Awaited<ReturnType<typeof findPacket>>>;
  zone: string;
  done: Done;
}) {
  const { packet, credential, madeBy } = facts.found;
  const contents = packet.packet === null ? null : contentsOf(packet.packet);
  return {
    title: `Request ${packet.reference}`,
    breadcrumbs: [{ href: recordsPaths.requests, text: 'Public records' }],
    zone: facts.zone,
    notice: noticeOf(facts.done, { made: 'The packet is made. Look at it before you hand it over.' }),
    rows: [
      { key: 'Credential', value: credential ?? 'All credentials' },
      { key: 'Days', value: spanOf(packet) },
      { key: 'Blacked out', value: PROFILE_WORDS[packet.profile].text },
      { key: 'Answers', value: packet.answers.toLocaleString('en-US') },
      ...(contents
        ? [
            { key: 'Letters, calls, public pages', value: contents.submissions.toLocaleString('en-US') },
            { key: 'Ballots, letters of boards, reviews', value: contents.bodies.toLocaleString('en-US') },
            { key: 'Votes', value: contents.votes.toLocaleString('en-US') },
            { key: 'Applications, decisions, appeals', value: contents.proceedings.toLocaleString('en-US') },
          ]
        : []),
      { key: 'Made by', value: `${madeBy}, ${formatDate(packet.madeAt, facts.zone)}` },
      { key: 'Fingerprint (SHA-256)', value: packet.sha256 },
    ],
    downloads: packet.packet
      ? { json: recordsPaths.packetJson(packet.id), csv: recordsPaths.packetCsv(packet.id) }
      : null,
    removedAt: packet.removedAt,
    files: (contents?.files ?? []).map(({ documentId, sha256, attachedTo, content }) => ({
      text: `File ${documentId}`,
      href: content === 'deleted' ? null : documentPath(documentId),
      attachedTo: attachedTo.join(', '),
      sha256,
    })),
    redactions: packet.redactions.map((line) => ({
      field: FIELD_WORDS[line.field] ?? line.field,
      reason: line.reason,
      rows: line.rows,
    })),
  };
}

export function retentionPage(facts: {
  rules: Awaited<ReturnType<typeof listRetentionRules>>;
  runs: Awaited<ReturnType<typeof listRetentionRuns>>;
  proposal: Awaited<ReturnType<typeof findRetentionProposal>>;
  viewer: { staffId: number; mayManage: boolean; mayAgree: boolean };
  zone: string;
  done: Done;
}) {
  const { viewer } = facts;
  const inForce = monthsInForce(facts.rules);
  const waits = facts.proposal?.proposal;
  return {
    title: 'Retention',
    tabs: tabsAt(recordsPaths.retention),
    zone: facts.zone,
    notice: noticeOf(facts.done, {
      proposed: 'Another person has to agree. Until then nothing changes.',
      unchanged: 'These are the rules already.',
      confirmed: 'The rules are in force. They are applied within six hours.',
      withdrawn: 'Nothing was changed.',
    }),
    proposal:
      facts.proposal && waits
        ? {
            by: facts.proposal.by,
            at: waits.proposedAt,
            changes: retentionChanges(inForce, waits.months).map(({ name, from, to }) => ({
              text: CLASS_WORDS[name].text,
              from: monthsInWords(from),
              to: monthsInWords(to),
            })),
            confirmAction:
              viewer.mayAgree && waits.proposedBy !== viewer.staffId
                ? recordsPaths.confirmRetention(waits.id)
                : null,
            withdrawAction: viewer.mayAgree ? recordsPaths.withdrawRetention(waits.id) : null,
          }
        : null,
    action: viewer.mayManage && !waits ? recordsPaths.retention : null,
    mayManage: viewer.mayManage,
    classes: RETENTION_CLASSES.map((name) => ({
      name,
      label: `${CLASS_WORDS[name].text} (months)`,
      hint: CLASS_WORDS[name].hint,
      months: inForce[name] ?? '',
    })),
    rows: RETENTION_CLASSES.map((name) => ({
      key: CLASS_WORDS[name].text,
      value: monthsInWords(inForce[name]),
    })),
    runs: facts.runs.map((run) => ({ at: run.at, text: CLASS_WORDS[run.class].text, removed: run.removed })),
  };
}

function monthsInWords(months: number | null): string {
  return months === null ? 'Kept' : months === 1 ? '1 month' : `${months} months`;
}

export function holdsPage(facts: {
  holds: Awaited<ReturnType<typeof listHolds>>;
  credentials: readonly Choice[];
  viewer: { staffId: number; mayPlace: boolean; mayLift: boolean };
  zone: string;
  done: Done;
}) {
  const { viewer } = facts;
  return {
    title: 'Legal holds',
    tabs: tabsAt(recordsPaths.holds),
    zone: facts.zone,
    notice: noticeOf(facts.done, {
      placed: 'The hold is in force. Nothing that it covers is deleted.',
      requested: 'Another person has to agree. Until then the hold stays.',
      lifted: 'The hold is lifted.',
      kept: 'The hold stays.',
    }),
    action: viewer.mayPlace ? recordsPaths.holds : null,
    credentials: facts.credentials.map(({ id, name }) => ({ value: String(id), text: name })),
    holds: facts.holds.map(({ hold, credential, placedBy, requestedBy, liftedBy }) => {
      const inForce = hold.liftedAt === null;
      const asked = hold.liftRequestedBy !== null;
      const mayLift = inForce && viewer.mayLift;
      return {
        liftField: liftFieldOf(hold.id),
        covers: credential ?? 'Everything of the agency',
        reason: hold.reason,
        placedBy,
        placedAt: hold.placedAt,
        state: !inForce
          ? { kind: 'quiet', text: 'Lifted' }
          : asked
            ? { kind: 'active', text: 'Waits for a second person' }
            : { kind: 'good', text: 'In force' },
        lift: asked
          ? { reason: hold.liftReason, by: requestedBy, agreedBy: liftedBy, at: hold.liftedAt }
          : null,
        requestAction: mayLift && !asked ? recordsPaths.requestLift(hold.id) : null,
        confirmAction:
          mayLift && asked && hold.liftRequestedBy !== viewer.staffId
            ? recordsPaths.confirmLift(hold.id)
            : null,
        keepAction: mayLift && asked ? recordsPaths.keepHold(hold.id) : null,
      };
    }),
  };
}
