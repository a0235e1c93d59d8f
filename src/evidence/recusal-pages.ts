import type { SeatWithHolder } from '../committees/queries.ts';
import type { PageData } from '../http/views.ts';
import { evidencePaths } from './paths.ts';
import type { RecusalRow, SeatConnection } from './recusal-queries.ts';
import { RELATION_WORDS } from './words.ts';

const KNOWN_WORDS: Record<SeatConnection['known'], string> = {
  same_employer: 'found in the register',
  domain: 'found by internet domain',
  shared_parent: 'found by parent company',
  staff: 'recorded by staff',
  declared: 'declared with an answer',
};

const NOTICES: Record<string, string> = {
  recorded: 'The recusal is recorded and shown with the seat.',
  ended: 'The recusal is ended. It stays on record.',
};

export function recusalsPage(facts: {
  committee: { id: number; name: string; href: string };
  seats: readonly SeatWithHolder[];
  connections: readonly SeatConnection[];
  recusals: readonly RecusalRow[];
  issuers: readonly { id: number; name: string }[];
  viewer: { staffId: number; mayEdit: boolean };
  zone: string;
  done: unknown;
}): PageData {
  const { committee, seats, connections, recusals, viewer } = facts;
  const notice = typeof facts.done === 'string' ? NOTICES[facts.done] : undefined;
  const inForce = recusals.filter(({ endedAt, isCurrent }) => endedAt === null && isCurrent);
  const isRecused = ({ seatId, issuerId }: SeatConnection) =>
    inForce.some((recusal) => recusal.seatId === seatId && recusal.issuerId === issuerId);
  const held = seats.filter(({ holderContactId }) => holderContactId !== null);
  const nameOf = (seat: SeatWithHolder) => seat.holderName || `Seat ${seat.number}`;
  return {
    title: 'Connections and recusals',
    zone: facts.zone,
    breadcrumbs: [
      { href: '/staff/committees', text: 'Committees' },
      { href: committee.href, text: committee.name },
    ],
    notice: notice ? { kind: 'success', text: notice } : null,
    committee: committee.name,
    members: held.map((seat) => ({
      number: seat.number,
      name: nameOf(seat),
      employer: seat.employerName ?? '',
      connections: connections
        .filter(({ seatId }) => seatId === seat.id)
        .map((connection) => ({
          issuer: connection.issuer,
          text: `${RELATION_WORDS[connection.relation]}, ${KNOWN_WORDS[connection.known]}`,
          isRecused: isRecused(connection),
        })),
    })),
    recusals: recusals.map((recusal) => ({
      member: recusal.member,
      seat: recusal.seatNumber,
      issuer: recusal.issuer,
      reason: recusal.reason,
      source: recusal.source === 'member' ? 'The member says so' : 'Staff say so',
      recordedAt: recusal.recordedAt,
      recorder: recusal.recorderName,
      endedAt: recusal.endedAt,
      ender: recusal.enderName,
      endReason: recusal.endReason,
      hasLeft: recusal.endedAt === null && !recusal.isCurrent,
      field: `end-${recusal.id}`,
      endAction:
        viewer.mayEdit && recusal.endedAt === null && recusal.recordedBy !== viewer.staffId
          ? evidencePaths.endRecusal(committee.id, recusal.id)
          : null,
    })),
    action: viewer.mayEdit && held.length > 0 ? evidencePaths.recusals(committee.id) : null,
    seatItems: held.map((seat) => ({ value: seat.id, text: `${nameOf(seat)} (seat ${seat.number})` })),
    issuers: facts.issuers.map(({ id, name }) => ({ value: id, text: name })),
    sources: [
      { value: 'member', text: 'The member' },
      { value: 'staff', text: 'Staff, who know of a connection' },
    ],
  };
}
