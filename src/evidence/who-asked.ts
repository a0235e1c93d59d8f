import { type SQL, sql } from 'drizzle-orm';
import { answers } from '../db/schema/surveys.ts';

/**
 * Whether an agency asked for an answer or took it in: of a row of `answers`. Evidence serves several agencies, and who
 * spoke for an employer is told to the staff of those alone that the person answered to. Others are told the role.
 */
export function isAskedBy(agencyId: number): SQL<boolean> {
  return sql<boolean>`(exists (select from asks k join waves w on w.id = k.wave_id
      where k.id = ${answers.askId} and w.agency_id = ${agencyId})
    or exists (select from invitations i where i.id = ${answers.invitationId} and i.agency_id = ${agencyId})
    or exists (select from submissions s where s.id = ${answers.submissionId} and s.agency_id = ${agencyId}))`;
}

/** The agency that asked for an answer or took it in, by its short name. */
export const askingAgency = sql<string>`coalesce(
  (select g.short_name from asks k join waves w on w.id = k.wave_id join agencies g on g.id = w.agency_id
    where k.id = ${answers.askId}),
  (select g.short_name from submissions s join agencies g on g.id = s.agency_id where s.id = ${answers.submissionId}),
  'another agency')`;

/** Who gave an answer, in words for staff of agencies that this person did not answer to. */
export function personInWords(answer: {
  hiringAuthority: boolean;
  agency: string;
  wasAsked: boolean;
}): string {
  const role = answer.hiringAuthority ? 'Somebody who takes part in hiring' : 'Somebody';
  return `${role}, ${answer.wasAsked ? 'asked by' : 'heard by'} ${answer.agency}`;
}
