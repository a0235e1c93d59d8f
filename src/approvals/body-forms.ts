import { z } from 'zod';
import { VENDOR_FINDINGS, VOTE_CHOICES, type VoteChoice } from '../committees/types.ts';
import type { BodyRecordKind } from '../committees/withdraw-record.ts';
import { RELATIONS, type Relation } from '../surveys/types.ts';
import { day, optionalNote, pastDay, requiredText } from './decision-forms.ts';

const id = z.coerce.number().int().positive();
const whole = (message: string, least: number) =>
  z
    .string(message)
    .trim()
    .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= least, message)
    .transform(Number);

const HELD = 'Enter the day, such as 2027-03-01';

export const panelVoteForm = (today: string) =>
  z.object({
    committee: id,
    meeting: z
      .string()
      .regex(/^\d{0,15}$/)
      .default('')
      .transform((text) => (text === '' ? null : Number(text))),
    heldOn: pastDay(HELD, today),
    quorum: whole('Enter how many members must vote for the vote to hold', 0),
    note: optionalNote(),
  });

export const employerBallotForm = (today: string) =>
  z.object({
    body: requiredText('Enter who was asked to vote, such as Employers of the trade', 200),
    heldOn: pastDay(HELD, today),
    eligible: whole('Enter how many employers were asked to vote', 1),
    note: optionalNote(),
  });

export const boardLetterForm = (today: string) =>
  z.object({
    kind: z.enum(
      ['supports', 'does_not_support', 'forwarded'],
      'Choose what the board wrote, or that it was forwarded',
    ),
    board: requiredText('Enter the name of the workforce board', 200),
    heldOn: pastDay(HELD, today),
    note: optionalNote(),
  });

/** `none` stands for a team that found it reaches no tier. */
export const rubricForm = (today: string, tiers: readonly string[]) =>
  z.object({
    team: requiredText('Enter the name of the team', 200),
    role: z.enum(['review', 'settling'], 'Choose what the team does'),
    tier: z
      .string('Choose the tier')
      .refine((tier) => tier === 'none' || tiers.includes(tier), 'Choose the tier')
      .transform((tier) => (tier === 'none' ? null : tier)),
    heldOn: pastDay(HELD, today),
    note: optionalNote(),
  });

export const genericForm = (today: string) =>
  z.object({
    finding: z.enum(VENDOR_FINDINGS, 'Choose what is so'),
    source: requiredText(
      'Enter where it says so, such as a web address, a document or the body’s resolution',
      500,
    ),
    heldOn: pastDay(HELD, today),
    note: optionalNote(),
  });

/** Who is to vote by mail, and until when. */
export const mailBallotForm = (today: string) =>
  z.object({
    body: requiredText('Enter who is asked to vote, such as Employers of the trade', 200),
    closesOn: day('Enter the last day of the vote, such as 2027-03-31').refine(
      (text) => text > today && text <= `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`,
      'Enter a day after today, within a year',
    ),
    answered: z
      .literal('yes')
      .optional()
      .transform((value) => value === 'yes'),
    committee: z
      .string()
      .regex(/^\d{0,15}$/)
      .default('')
      .transform((text) => (text === '' ? null : Number(text))),
    addresses: optionalNote(10_000).transform((text) => text.split(/[\s,;]+/).filter((each) => each !== '')),
    note: optionalNote(1000),
  });

export const cancelBallotForm = z.object({ cancelReason: requiredText('Enter why it is called off', 1000) });

const RECORD_KINDS = [
  'ballot',
  'board_letter',
  'rubric_review',
  'vendor_finding',
] as const satisfies readonly BodyRecordKind[];

export const withdrawForm = z.object({
  kind: z.enum(RECORD_KINDS),
  recordId: id,
  reason: requiredText('Enter why it is taken back', 1000),
});

/** How many employers one form of a ballot takes; more are recorded on paper attached, or by the API. */
export const BALLOT_ROWS = 15;

export type VoteRow = { choice: VoteChoice | null; relation: Relation; reason: string };

/** One row of votes, as the form names its fields; null when somebody tampered with the choices. */
export function readVote(values: Readonly<Record<string, unknown>>, key: string | number): VoteRow | null {
  const text = (name: string) => {
    const value = values[`${name}${key}`];
    return typeof value === 'string' ? value.trim() : '';
  };
  const choice = text('vote');
  const relation = text('relation') || 'none';
  const known = VOTE_CHOICES.find((each) => each === choice);
  const ties = RELATIONS.find((each) => each === relation);
  if ((choice !== '' && !known) || !ties) return null;
  return { choice: known ?? null, relation: ties, reason: text('reason').slice(0, 500) };
}
