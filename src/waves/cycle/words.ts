import { joinWords } from '../../lib/join-words.ts';
import { formatDate } from '../../lib/zoned-time.ts';
import { cycleProposalPath } from '../paths.ts';
import { protocolFromJson } from '../protocol.ts';
import type { CycleProposal } from './queries.ts';
import type { CycleNeed, CycleProposalState, NeededCredential } from './types.ts';

const counted = (value: number, one: string, many: string) =>
  `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;

const day = (date: string) => formatDate(new Date(`${date}T12:00:00Z`), 'UTC');

/** A cycle as staff named it, or from its first to its last day where the calendar derived it. */
export function cycleText(cycle: { name: string; startsOn: string; endsOn: string }): string {
  if (!/^\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d$/.test(cycle.name)) return cycle.name;
  const last = new Date(Date.parse(`${cycle.endsOn}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  return `${day(cycle.startsOn)} to ${day(last)}`;
}

const NEED_NAME: Record<CycleNeed, string> = {
  short: 'employers still missing',
  lapsing: 'evidence to renew',
};

/** The name that a draft starts with; staff may change it. */
export function nameProposedWave(input: { list: string; need: CycleNeed; cycleName: string }): string {
  const rest = `: ${NEED_NAME[input.need]}, ${input.cycleName}`;
  return `${input.list.slice(0, Math.max(10, 120 - rest.length))}${rest}`.slice(0, 120);
}

/** "short by 4 of 10", or what lapses, and when. */
export function credentialNeedText(credential: NeededCredential): string {
  const { shortfall, required, lapsing, lapsesOn } = credential;
  const short = `short by ${shortfall} of ${required}`;
  if (lapsing === 0 || lapsesOn === null) return short;
  const lapse = `by ${lapsing} of ${required} on ${day(lapsesOn)}, when evidence ages out`;
  return shortfall > 0 ? `${short}, and further ${lapse}` : `falls short ${lapse}`;
}

/** Why the calendar proposes a wave, in a sentence or two. */
export function whyText(proposal: {
  list: string;
  cycleName: string;
  startsOn: string;
  endsOn: string;
  need: CycleNeed;
  deadline: string | null;
  credentials: readonly NeededCredential[];
}): string {
  const { list, credentials, deadline, need } = proposal;
  const MOST = 3;
  const named = credentials
    .slice(0, MOST)
    .map((credential) => `${credential.name} (${credentialNeedText(credential)})`);
  const more = credentials.length - named.length;
  if (more > 0) named.push(`${more} more ${more === 1 ? 'credential' : 'credentials'}`);
  const by =
    deadline === null
      ? ''
      : need === 'short'
        ? ` The cycle ends on ${day(new Date(Date.parse(`${deadline}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10))}.`
        : ` Employers are needed by ${day(deadline)}.`;
  return `${list}, ${cycleText({ ...proposal, name: proposal.cycleName })}: ${joinWords(named, 'and')} ${credentials.length === 1 ? 'needs' : 'need'} employers.${by}`;
}

export const CYCLE_STATE_TEXT: Record<CycleProposalState, string> = {
  open: 'Waits for you',
  taken: 'Opened as a draft',
  dismissed: 'Dismissed',
  passed: 'No longer needed',
};

/** One open proposal as lists show it: why, and what it would take. */
export function cycleProposalItem(proposal: CycleProposal, zone: string) {
  const protocol = protocolFromJson(proposal.protocol);
  const { people, employers } = proposal.outlook;
  return {
    href: cycleProposalPath(proposal.id),
    text: whyText(proposal),
    about: [
      people === 0
        ? 'Nobody could be asked on the dates that are left'
        : `About ${counted(people, 'person', 'people')} at ${counted(employers, 'employer', 'employers')}`,
      protocol === null ? '' : `invitations from ${formatDate(protocol.sendFrom, zone)}`,
    ]
      .filter((part) => part !== '')
      .join(', '),
  };
}
