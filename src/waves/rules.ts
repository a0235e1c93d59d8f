import { hasRole } from '../agencies/rules.ts';
import type { StaffRole } from '../agencies/types.ts';
import { WAVE_STATES, type WaveState } from '../outreach/types.ts';
import type { WaveAudience, WaveProtocol, WaveTopics } from './types.ts';

export const WAVE_STEPS = ['audience', 'topics', 'protocol'] as const;
export type WaveStep = (typeof WAVE_STEPS)[number];

/** What a draft says of itself; null where the wizard has not been yet. */
export type DraftFacts = {
  audience: WaveAudience | null;
  topics: WaveTopics;
  protocol: WaveProtocol | null;
};

/** The first step that is still open, or null when the wave can be previewed. */
export function nextStep(draft: DraftFacts): WaveStep | null {
  if (draft.audience === null) return 'audience';
  if (draft.topics.credentialIds.length + draft.topics.meetingIds.length === 0) return 'topics';
  return draft.protocol === null ? 'protocol' : null;
}

export const PROTOCOL_FAULTS = [
  'send_until_before_from',
  'send_until_past',
  'remind_before_send_until',
  'remind_again_before_first',
  'close_before_reminder',
  'close_before_send_until',
  'sending_too_long',
] as const;
export type ProtocolFault = (typeof PROTOCOL_FAULTS)[number];

const DAY_MS = 86_400_000;
/** Longer than the employer windows of the budget the planner could no longer promise whom need is served first. */
export const LONGEST_SENDING_DAYS = 30;

/** What is wrong with a protocol's dates, in the order of the form. */
export function protocolFaults(protocol: WaveProtocol, now: Date): ProtocolFault[] {
  const faults: ProtocolFault[] = [];
  const { sendFrom, sendUntil, remindAt, closeAt } = protocol;
  if (sendUntil <= sendFrom) faults.push('send_until_before_from');
  else if (sendUntil <= now) faults.push('send_until_past');
  else if (sendUntil.getTime() - sendFrom.getTime() > LONGEST_SENDING_DAYS * DAY_MS) {
    faults.push('sending_too_long');
  }
  const [firstReminder] = remindAt;
  if (firstReminder !== undefined && firstReminder < sendUntil) faults.push('remind_before_send_until');
  const lastReminder = remindAt.at(-1);
  if (firstReminder !== undefined && remindAt.length > 1 && lastReminder! <= firstReminder) {
    faults.push('remind_again_before_first');
  }
  if (closeAt < sendUntil) faults.push('close_before_send_until');
  else if (lastReminder !== undefined && closeAt <= lastReminder) faults.push('close_before_reminder');
  return faults;
}

export const WAVE_ACTIONS = [
  'edit',
  'propose',
  'return',
  'approve',
  'pause',
  'resume',
  'close',
  'cancel',
] as const;
export type WaveAction = (typeof WAVE_ACTIONS)[number];

/** The states that each action leaves: the same lists stand in the WHERE of its conditional update. */
export const LEAVES = {
  edit: ['draft'],
  propose: ['draft'],
  return: ['proposed'],
  approve: ['proposed'],
  pause: ['running'],
  resume: ['paused'],
  close: ['running', 'paused'],
  cancel: ['draft', 'proposed', 'approved', 'running'],
} as const satisfies Record<WaveAction, readonly WaveState[]>;

const NEEDS_ROLE: Record<WaveAction, StaffRole> = {
  edit: 'editor',
  propose: 'editor',
  return: 'editor',
  approve: 'approver',
  pause: 'editor',
  resume: 'editor',
  close: 'editor',
  cancel: 'editor',
};

export type ActionRefusal = 'too_early' | 'wrong_state' | 'role' | 'same_person';

/** Whether a staff member may do this to a wave now. Approving takes another person than proposing. */
export function canDo(
  action: WaveAction,
  wave: { state: WaveState; proposedBy: number | null },
  staff: { id: number; role: StaffRole },
): { ok: true } | { ok: false; reason: ActionRefusal } {
  const leaves: readonly WaveState[] = LEAVES[action];
  if (!leaves.includes(wave.state)) {
    const at = (state: WaveState) => WAVE_STATES.indexOf(state);
    return {
      ok: false,
      reason: leaves.every((state) => at(wave.state) < at(state)) ? 'too_early' : 'wrong_state',
    };
  }
  if (action === 'approve' && wave.proposedBy === staff.id) return { ok: false, reason: 'same_person' };
  if (!hasRole(staff.role, NEEDS_ROLE[action])) return { ok: false, reason: 'role' };
  return { ok: true };
}
