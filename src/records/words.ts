import type { RedactionProfile, RetentionClass } from './types.ts';

export const CLASS_WORDS: Record<RetentionClass, { text: string; hint: string }> = {
  respondent_names: {
    text: 'Who gave an answer',
    hint: 'Names, titles, addresses and remarks beside answers and votes, counted from when they were given or ended. What was answered stays; the log forgets who.',
  },
  contact_details: {
    text: 'Contacts',
    hint: 'Name, address and phone of people whom nobody wrote to or heard from since. Other agencies that wrote to them must have let them go too.',
  },
  unsent_drafts: {
    text: 'Answers that were never sent',
    hint: 'What somebody typed and did not send, counted from when the link ended.',
  },
  import_details: {
    text: 'Details of imports',
    hint: 'The name of the file and lines quoted while it was checked. That there was an import, and its numbers, stay.',
  },
  disclosed_packets: {
    text: 'Packets given out',
    hint: 'The file itself. That it was given out, its log and its fingerprint stay.',
  },
  attached_files: {
    text: 'Attached files',
    hint: 'Letters and other files, counted from when they were added. Those that an approval in force rests on stay. The fingerprint stays.',
  },
  case_notes: {
    text: 'Notes and reasons',
    hint: 'What staff wrote about decisions, appeals, votes, conflicts and duplicates, counted from when the matter was over. What was decided stays.',
  },
};

export const PROFILE_WORDS: Record<RedactionProfile, { text: string; hint: string }> = {
  people_withheld: {
    text: 'People are blacked out',
    hint: 'Names, titles and addresses of people, free text and attached files. Employers are shown.',
  },
  people_and_employers_withheld: {
    text: 'People and employers are blacked out',
    hint: 'Also which employer gave which answer.',
  },
  nothing_withheld: {
    text: 'Nothing is blacked out',
    hint: 'Federal employer numbers are left out all the same.',
  },
};

export const FIELD_WORDS: Record<string, string> = {
  respondentName: 'Name of who answered',
  respondentTitle: 'Title of who answered',
  contactName: 'Name of who was asked',
  contactEmail: 'Address of who was asked',
  employerName: 'Name of the employer',
  employerPlace: 'Place of the employer',
  employerFein: 'Federal employer number',
  /** In packets of the first format. */
  decisionReason: 'Reason of a decision',
  /** In packets of the second format. */
  'decision.reason': 'Reason of a decision',
  'proceeding.reason': 'Reason of a decision',
  'proceeding.filedBy': 'Who appealed',
  'proceeding.grounds': 'Grounds of an appeal',
  'proceeding.endReason': 'Why an appeal or an approval ended',
  'proceeding.applicantName': 'Who applied',
  'submission.respondentName': 'Letters, calls, public pages: name of who spoke',
  'submission.respondentTitle': 'Letters, calls, public pages: title of who spoke',
  'submission.email': 'Public pages: address of who wrote',
  'submission.employerName': 'Public pages: employer, as it was typed',
  'submission.employerPlace': 'Public pages: place, as it was typed',
  'submission.employerWebsite': 'Public pages: website, as it was typed',
  'submission.note': 'Letters and calls: notes of staff',
  'submission.decisionReason': 'Letters, calls, public pages: why one was turned down',
  'body.note': 'Ballots, letters of boards, reviews: notes of staff',
  'body.withdrawReason': 'Ballots, letters of boards, reviews: why one was taken back',
  'vote.voter': 'Name of who voted',
  'vote.reason': 'Why somebody voted so',
  'vote.employerName': 'Employer that voted',
  'file.name': 'Name of an attached file',
  'file.content': 'Attached file',
};
