import type { Provenance, QuarantineReason, SubmissionKind } from '../surveys/types.ts';

export const QUARANTINE_WORDS: Record<QuarantineReason, string> = {
  no_page_shown: 'A page was answered that had never been shown: a program wrote the form by itself.',
  many_links_at_once: 'Several links were answered from one network within ten seconds.',
  same_person_many_links: 'One name answered for three or more employers within two minutes.',
};

export const FLAG_WORDS: Record<string, string> = {
  quick_page: 'a page in under 2 seconds',
  quick_answer: 'everything in under 5 seconds',
  unseen_page: 'a page that was never shown',
};

export const KIND_WORDS: Record<SubmissionKind, string> = {
  letter: 'Letter',
  phone: 'Call',
  committee_vote: 'Committee vote',
  open_link: 'Public page',
};

export const GRADE_WORDS: Record<Provenance, string> = {
  mailed_link_own_domain: 'Link mailed to the employer’s own domain',
  mailed_link_other_domain: 'Link mailed to another domain',
  mailed_link_free_mail: 'Link mailed to a free-mail address',
  forwarded_mailed: 'Named by a colleague and mailed a link',
  staff_entered: 'Letter or call entered by staff',
  forwarded_verified: 'Passed-on link, confirmed by mail',
  forwarded_unverified: 'Passed-on link, not confirmed',
  open_link_verified: 'Public page, confirmed by mail',
  open_link_unverified: 'Public page, not confirmed',
  staff_letter: 'Letter entered by staff',
  staff_phone: 'Call entered by staff',
  committee_vote: 'Committee vote entered by staff',
};
