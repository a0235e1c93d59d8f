import type { RedactionProfile, RetentionClass } from './types.ts';

export const CLASS_WORDS: Record<RetentionClass, { text: string; hint: string }> = {
  respondent_names: {
    text: 'Who gave an answer',
    hint: 'Name, title and address beside an answer, counted from when the answer was given or ended. What was answered stays.',
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
    hint: 'Lines quoted while a file was checked. That there was an import, and its numbers, stay.',
  },
  disclosed_packets: {
    text: 'Packets given out',
    hint: 'The file itself. That it was given out, its log and its fingerprint stay.',
  },
};

export const PROFILE_WORDS: Record<RedactionProfile, { text: string; hint: string }> = {
  people_withheld: {
    text: 'People are blacked out',
    hint: 'Names, titles and addresses of people, and free text. Employers are shown.',
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
  decisionReason: 'Reason of a decision',
};
