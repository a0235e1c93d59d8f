import type { PlanDecision } from '../outreach/planner/explain-asks.ts';
import type { ExclusionReason, PlacingReason, UnmadeReason } from '../outreach/planner/reasons.ts';
import type { RefusalReason } from '../outreach/rules.ts';
import type { AskDropReason, WavePauseReason, WaveState } from '../outreach/types.ts';
import type { Disposition, ResponseRates } from './rules/response-rates.ts';
import type { ProtocolFault } from './rules.ts';
import type { Said } from './types.ts';

/** Why somebody is not asked, as staff read it. */
export const EXCLUSION_TEXT: Record<ExclusionReason, string> = {
  left_employer: 'No longer works there',
  wrong_role: 'Said they are not the right person',
  suppressed: 'Asked not to be written to, or their address does not work',
  employer_said_never: 'Somebody there asked that nobody of this employer is asked',
  not_this_agency: 'Asked not to hear from this agency',
  paused_by_person: 'Asked for a pause',
  asked_for_less: 'Asked to hear less often, and was invited in the last 90 days',
  no_hiring_authority: 'Not known to decide on hiring',
  no_relevant_topic: 'Nothing in this wave concerns their sector',
  already_answered: 'Their employer has answered all of this already',
  open_invitation: 'Has an open invitation about the same',
  no_send_window: 'No sending hours left within the dates of this wave',
  contact_budget_person: 'Was written to recently',
  contact_budget_employer: 'Others at their employer were written to recently',
  employer_limit: 'Others at their employer are asked in this wave',
  receiving_domain: 'Their mail system can be sent no more on any day of this wave',
  warm_up: 'The sending domain is new and may not send more yet',
  capacity: 'No room under the daily limit of mails',
  not_needed: 'Not needed: enough other employers are asked',
};

/** Why a mail leaves later than it could, or a reminder is left out. */
export const PLACING_TEXT: Record<PlacingReason, string> = {
  no_send_window: 'No sending hours left within the dates of this wave',
  contact_budget_person: 'They were written to recently',
  contact_budget_employer: 'Others at their employer were written to recently',
  employer_limit: 'Others at their employer are asked in this wave',
  receiving_domain: 'Their mail system can be sent no more on that day',
  warm_up: 'The sending domain is new and may not send more on that day',
  capacity: 'No room under the daily limit of mails',
};

/** Why a planned mail was put off when it was about to leave. */
export const PUT_OFF_TEXT: Partial<Record<string, string>> = {
  contact_budget_person: PLACING_TEXT.contact_budget_person,
  contact_budget_employer: PLACING_TEXT.contact_budget_employer,
  domain_full: 'Their mail system could be sent no more in that minute',
  warm_up: PLACING_TEXT.warm_up,
  capacity: PLACING_TEXT.capacity,
  day_off: 'The agency added a day without sending',
} satisfies Partial<Record<RefusalReason, string>>;

/** Why one ask is not made although it concerns the person; the others are told by the lists of people. */
export const ASK_TEXT: Record<UnmadeReason, string> = {
  already_answered: 'Their employer has answered it already',
  open_invitation: 'Has an open invitation about it',
  touch_full: 'The mail carries as much as it may; what is needed more comes first',
  answer_too_late: 'The mail could leave only after the meeting',
  not_needed: 'Not needed: enough other employers are asked',
};

/** What the plan does about one ask, as the file of the plan has it. */
export const DECISION_TEXT: Record<PlanDecision['does'], string> = {
  ask: 'Asked',
  merge: 'Asked in a mail of another wave',
  defer: 'Asked, later than the first day',
  not_ask: 'Not asked',
  leave_out: 'Left out',
  not_remind: 'Reminder left out',
  defer_reminder: 'Reminder later than planned',
};

/** The code that goes with it; empty where nothing stood in the way. */
export function decisionCode(decision: Said): string {
  if (decision.does === 'ask') return '';
  return decision.does === 'merge' ? 'merged' : decision.reason;
}

/** Why, in words; empty where nothing stood in the way. */
export function decisionReason(decision: Said): string {
  switch (decision.does) {
    case 'ask':
      return '';
    case 'merge':
      return 'They get a mail of another wave at that time, and one mail is enough';
    case 'not_ask':
      return ASK_TEXT[decision.reason];
    case 'leave_out':
      return EXCLUSION_TEXT[decision.reason];
    default:
      return PLACING_TEXT[decision.reason];
  }
}

/** The same in one line beside a person who is asked. */
export function decisionNote(decision: Said, about: string): string {
  const why = decisionReason(decision);
  switch (decision.does) {
    case 'merge':
      return DECISION_TEXT.merge;
    case 'defer':
      return `Later than the first day: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
    case 'not_ask':
      return `Not asked about ${about}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
    case 'leave_out':
      return `Not asked${about === '' ? '' : ` about ${about}`}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
    default:
      return `${DECISION_TEXT[decision.does]}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
  }
}

/** Why no further mail names an ask that was made. */
export const DROP_TEXT: Record<AskDropReason, string> = {
  enough_answers: 'The credential has its number',
  not_this_agency: 'Asked not to hear from this agency',
  wave_closed: 'The wave closed',
  wave_cancelled: 'The wave was cancelled',
  no_room: 'No room within the dates and limits',
};

export const STATE_TEXT: Record<WaveState, string> = {
  draft: 'Draft',
  proposed: 'Waits for approval',
  approved: 'Approved',
  running: 'Under way',
  paused: 'Paused',
  closed: 'Closed',
  cancelled: 'Cancelled',
};

export const STATE_KIND: Record<WaveState, string> = {
  draft: 'quiet',
  proposed: 'short',
  approved: 'active',
  running: 'active',
  paused: 'short',
  closed: 'quiet',
  cancelled: 'quiet',
};

/** The field that each fault of the dates belongs to, and what to do. */
export const FAULT_TEXT: Record<ProtocolFault, { field: string; message: string }> = {
  send_until_before_from: {
    field: 'sendUntil',
    message: 'The last day of invitations must not be before the first',
  },
  send_until_past: { field: 'sendUntil', message: 'Choose a last day of invitations that is still to come' },
  sending_too_long: { field: 'sendUntil', message: 'Send invitations for 30 days at most' },
  remind_before_send_until: {
    field: 'remindOn',
    message: 'The reminder must come after the last day of invitations',
  },
  remind_again_before_first: {
    field: 'remindAgainOn',
    message: 'The second reminder must come after the first',
  },
  close_before_reminder: { field: 'closeOn', message: 'The wave must close after the last reminder' },
  close_before_send_until: {
    field: 'closeOn',
    message: 'The wave must not close before the last day of invitations',
  },
};

/** What an action did, by the closed set of `?done=`. */
export const DONE_TEXT: Record<string, { kind: 'success' | 'info'; text: string }> = {
  proposed: {
    kind: 'success',
    text: 'The wave is proposed. Another person of your agency can now look at it and launch it.',
  },
  returned: { kind: 'info', text: 'The wave is a draft again and can be changed.' },
  launched: {
    kind: 'success',
    text: 'The wave is launched. Its first mails leave as soon as sending hours allow.',
  },
  paused: { kind: 'info', text: 'The wave is paused. Nothing more leaves; answers still come in.' },
  resumed: { kind: 'success', text: 'The wave goes on.' },
  closed: {
    kind: 'info',
    text: 'The wave is closed. No more mails leave; answers are taken until the grace ends.',
  },
  cancelled: { kind: 'info', text: 'The wave is cancelled. No more mails leave.' },
  dismissed: { kind: 'info', text: 'The calendar’s proposal is dismissed, with your reason.' },
};

export const INVITATION_TEXT: Record<string, string> = {
  open: 'No answer yet',
  started: 'Started',
  answered: 'Answered',
  declined: 'Declined',
  referred: 'Named a colleague',
  expired: 'Ended without an answer',
};

/** Why a wave paused by itself, and what to do before it goes on. */
export const RISK_TEXT: Record<WavePauseReason, string> = {
  complaints: 'At least one person in a thousand marked its mails as unwanted. At three it pauses by itself.',
  policy_blocks:
    'A receiving mail system refused our mail as a matter of policy. If more do, it pauses by itself. Have the sending domain checked.',
  failures: 'Many mails fail one after another. If that goes on, it pauses by itself.',
};

export const PAUSE_TEXT: Record<WavePauseReason, string> = {
  complaints:
    'It paused by itself: too many people marked its mails as unwanted. Find out why before you resume it.',
  policy_blocks:
    'It paused by itself: receiving mail systems refuse our mail as a matter of policy. Have the sending domain checked before you resume it.',
  failures:
    'It paused by itself: too many mails failed one after another. Have the mail server checked before you resume it.',
};

/** What became of somebody who was to be asked, by AAPOR's codes. */
export const DISPOSITION_TEXT: Record<Disposition, string> = {
  I: 'Answered: every counting question, or does not know the credential',
  P: 'Answered in part',
  R: 'Declined, said stop, took the answer back, or began and did not send',
  NC: 'Silent: the mail left and did not come back',
  O: 'Other: named a colleague instead, or is not the right person',
  UH: 'No mail is known to have left',
  UO: 'The mail could not be delivered',
  NE: 'Could not be asked: has left the employer, or a second record of the same employer',
};

export const SILENCE_TEXT =
  'Silence after a mail that did not come back counts as no contact (NC), not as of unknown eligibility (UO): the people of a wave are chosen by name from known employers. Mails that came back count as UO, mails that never left as UH.';

export const RATE_TEXT: Record<keyof ResponseRates, string> = {
  RR1: 'I of everybody but NE',
  RR2: 'I and P of everybody but NE',
  RR3: 'I, with only the share e of UH and UO in the denominator',
  RR4: 'I and P, with only the share e of UH and UO in the denominator',
  RR5: 'I, without UH and UO in the denominator',
  RR6: 'I and P, without UH and UO in the denominator',
};
