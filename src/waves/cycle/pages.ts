import type { FieldError, FormValues } from '../../http/forms.ts';
import { formatDate, formatDateTime } from '../../lib/zoned-time.ts';
import { chanceText } from '../../outreach/planner/forecast.ts';
import { audienceRows } from '../pages.ts';
import { cycleProposalPath, wavePath, wavesPath } from '../paths.ts';
import { protocolFromJson } from '../protocol.ts';
import { waveAudience } from '../types.ts';
import type { CycleProposal } from './queries.ts';
import { CYCLE_STATE_TEXT, credentialNeedText, cycleText, whyText } from './words.ts';

const number = (value: number) => value.toLocaleString('en-US');
const counted = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;

export function cycleProposalPage(
  proposal: CycleProposal,
  facts: { zone: string; mayEdit: boolean; errors?: FieldError[]; values?: FormValues },
) {
  const { zone } = facts;
  const protocol = protocolFromJson(proposal.protocol);
  const audience = waveAudience.parse(proposal.audience);
  const outlooks = new Map(proposal.outlook.credentials.map((outlook) => [outlook.credentialId, outlook]));
  const lastDay = (instant: Date) => formatDate(new Date(instant.getTime() - 1), zone);
  const isOpen = proposal.state === 'open';
  const cycle = cycleText({ ...proposal, name: proposal.cycleName });
  return {
    title: `Proposed by the calendar: ${proposal.list}`,
    breadcrumbs: [{ href: wavesPath, text: 'Waves' }],
    zone,
    state: CYCLE_STATE_TEXT[proposal.state],
    kind: isOpen ? 'short' : 'quiet',
    why: whyText(proposal),
    how:
      proposal.need === 'short'
        ? 'The calendar proposes a wave when applications of a list lack employers and the end of their cycle is near, or they have waited two weeks.'
        : 'The calendar proposes a wave when the evidence of an approval is about to age out, in time to renew it.',
    lateText:
      isOpen &&
      protocol !== null &&
      proposal.deadline !== null &&
      lateFor(protocol.closeAt, proposal.deadline)
        ? 'There is hardly time before that: these are the shortest dates that can be kept.'
        : null,
    credentials: proposal.credentials.map((credential) => {
      const outlook = outlooks.get(credential.credentialId);
      return {
        name: credential.name,
        need: credentialNeedText(credential),
        outlook:
          outlook === undefined
            ? ''
            : outlook.by !== null
              ? `Expected by ${formatDate(new Date(outlook.by), zone)} (chance ${chanceText(outlook.chance)})`
              : `Not with these employers (chance ${chanceText(outlook.chance)}): about ${counted(outlook.moreEmployers, 'more employer', 'more employers')} would be needed`,
      };
    }),
    rows: [
      { key: 'Review cycle', value: cycle },
      ...audienceRows(audience).filter(({ key }) => key === 'Sectors' || key === 'Places'),
      {
        key: 'Would ask',
        value: `About ${counted(proposal.outlook.people, 'person', 'people')} at ${counted(proposal.outlook.employers, 'employer', 'employers')}`,
      },
      ...(protocol === null
        ? []
        : [
            {
              key: 'Invitations leave',
              value: `${formatDate(protocol.sendFrom, zone)} to ${lastDay(protocol.sendUntil)}`,
            },
            {
              key: 'Reminder',
              value: protocol.remindAt.map((at) => formatDate(at, zone)).join(' and ') || 'None',
            },
            { key: 'Closes', value: lastDay(protocol.closeAt) },
          ]),
    ],
    openPath: isOpen && facts.mayEdit ? cycleProposalPath(proposal.id, 'open') : null,
    dismissPath: isOpen && facts.mayEdit ? cycleProposalPath(proposal.id, 'dismiss') : null,
    waveHref: proposal.waveId === null ? null : wavePath(proposal.waveId),
    endedText: endedText(proposal, zone),
    endReason: proposal.endReason,
    errors: facts.errors ?? [],
    values: facts.values ?? {},
  };
}

/** Whether the wave's answers come later than the day by which employers are needed. */
function lateFor(closeAt: Date, deadline: string): boolean {
  return closeAt > new Date(`${deadline}T00:00:00Z`);
}

function endedText(proposal: CycleProposal, zone: string): string | null {
  if (proposal.endedAt === null) return null;
  const when = formatDateTime(proposal.endedAt, zone);
  switch (proposal.state) {
    case 'taken':
      return `Opened as a draft by ${proposal.endedBy ?? 'a colleague'} on ${when}.`;
    case 'dismissed':
      return `Dismissed by ${proposal.endedBy ?? 'a colleague'} on ${when}. It does not come again for this cycle.`;
    default:
      return `Withdrawn by the calendar on ${when}: nothing of it is needed any more, or a wave asks about it.`;
  }
}
