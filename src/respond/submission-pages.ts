import { documentPath } from '../documents/paths.ts';
import { ACCEPTED_EXTENSIONS } from '../documents/rules.ts';
import type { DocumentFacts } from '../documents/types.ts';
import { DOCUMENT_HINT, documentText } from '../documents/words.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import { US_STATES } from '../lib/us-postal.ts';
import type { InstrumentBody } from '../surveys/types.ts';
import { answerRows, withQuestions } from './pages.ts';
import { noticeOf } from './review-pages.ts';
import { enterPath, openAnswerPath, reviewPaths } from './review-paths.ts';
import { GRADE_WORDS, KIND_WORDS } from './review-words.ts';
import type {
  countOfLink,
  findOpenLink,
  findSubmission,
  listLikelyEmployers,
  listOtherAnswers,
} from './submission-queries.ts';

type Of<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;
type Refused = { errors: readonly FieldError[]; values: FormValues } | undefined;

const REVIEW_CRUMB = { href: reviewPaths.list, text: 'Answers to look at' };

/** The steps before the form: which credential, which employer. */
export function choosePage(facts: {
  credentials: { slug: string; name: string }[];
  credential: { slug: string; name: string } | null;
  employerId: number | null;
  search: string;
  employers: { id: number; legalName: string; city: string; state: string }[];
}) {
  const { credential } = facts;
  return {
    title: credential ? 'Whose answer is it?' : 'About which credential?',
    breadcrumbs: [REVIEW_CRUMB],
    action: reviewPaths.newSubmission,
    credential,
    employerId: facts.employerId,
    credentials: facts.credentials.map(({ slug, name }) => ({ value: slug, text: name })),
    search: facts.search,
    searched: facts.search !== '',
    employers: credential
      ? facts.employers.map(({ id, legalName, city, state }) => ({
          href: enterPath({ credential: credential.slug, employer: id }),
          name: legalName,
          place: [city, state].filter(Boolean).join(', '),
        }))
      : [],
  };
}

/** What an employer wrote or said, typed in by staff. */
export function enterPage(
  facts: {
    credential: { slug: string; name: string; issuer: string };
    employer: { id: number; name: string; city: string };
    corrects: { id: number; values: FormValues; document: DocumentFacts | null } | null;
    instrument: { id: number; body: InstrumentBody };
    today: string;
  },
  refused?: Refused,
) {
  const { credential, employer, corrects, instrument } = facts;
  const values = refused?.values ?? corrects?.values ?? {};
  const questions = withQuestions(
    { lang: 'en', answers: values as Record<string, string> },
    { body: instrument.body },
  );
  return {
    title: corrects ? 'Correct an answer' : 'Enter an answer',
    breadcrumbs: [REVIEW_CRUMB],
    errors: refused?.errors ?? [],
    values,
    action: reviewPaths.submissions,
    employer,
    credential,
    corrects: corrects
      ? { id: corrects.id, document: corrects.document && documentText(corrects.document) }
      : null,
    wordingId: instrument.id,
    kinds: [
      { value: 'letter', text: 'A signed letter or mail', hint: 'Attach it below.' },
      { value: 'phone', text: 'A telephone call', hint: 'Write down what was said.' },
      { value: 'committee_vote', text: 'A vote in a committee', hint: 'Say which, and attach the minutes.' },
    ],
    hiring: [
      { value: 'yes', text: 'Yes' },
      { value: 'no', text: 'No' },
      { value: 'unknown', text: 'Not said' },
    ],
    relations: instrument.body.relation.options.map(({ value, label }) => ({ value, text: label.en.text })),
    notFamiliar: {
      text: instrument.body.notFamiliar.label.en.text,
      checked: values.not_familiar === 'yes',
    },
    questions: questions.questions.map((each) => ({ ...each, tile: false })),
    extras: questions.extras,
    documentHint: DOCUMENT_HINT,
    accept: ACCEPTED_EXTENSIONS.join(','),
    today: facts.today,
  };
}

/** One submission: what was said, how it came, and what a person may do about it. */
export function submissionPage(
  facts: {
    found: NonNullable<Of<typeof findSubmission>>;
    instrument: InstrumentBody;
    document: DocumentFacts | null;
    likely: Of<typeof listLikelyEmployers>;
    others: Of<typeof listOtherAnswers>;
    viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
    zone: string;
    done: unknown;
  },
  refused?: Refused,
) {
  const { found, viewer, document } = facts;
  const { submission } = found;
  const isOpen = submission.kind === 'open_link';
  const waits = found.holdId !== null && found.holdEndedAt === null && found.endKind === null;
  const unmatched = isOpen && submission.state === 'received';
  return {
    title: found.employer ?? submission.employerName,
    zone: facts.zone,
    breadcrumbs: [REVIEW_CRUMB],
    notice: noticeOf(facts.done),
    errors: refused?.errors ?? [],
    values: refused?.values ?? {},
    kind: KIND_WORDS[submission.kind],
    tag: tagOf(found, waits, unmatched),
    facts: [
      { key: 'About', value: `${found.credential}, ${found.issuer}` },
      {
        key: 'Said by',
        value: [submission.respondentName, submission.respondentTitle].filter(Boolean).join(', '),
      },
      {
        key: 'Takes part in hiring',
        value: submission.hiringAuthority === null ? 'Not said' : submission.hiringAuthority ? 'Yes' : 'No',
      },
      {
        key: 'Connection to the issuer',
        value:
          facts.instrument.relation.options.find(({ value }) => value === submission.relation)?.label.en
            .text ?? submission.relation,
      },
      ...(found.provenance ? [{ key: 'Grade', value: GRADE_WORDS[found.provenance] }] : []),
      ...(submission.saidOn ? [{ key: 'Dated', value: submission.saidOn }] : []),
      ...(found.enteredName ? [{ key: 'Entered by', value: found.enteredName }] : []),
      ...(isOpen
        ? [
            {
              key: 'Employer, as typed',
              value: [submission.employerName, submission.employerPlace].filter(Boolean).join(', '),
            },
            { key: 'Website', value: submission.employerWebsite || 'Not given' },
            { key: 'Address', value: submission.email ?? '' },
            { key: 'Confirmed by mail', value: submission.verifiedAt ? 'Yes' : 'Not yet' },
          ]
        : []),
      ...(submission.note ? [{ key: 'Note', value: submission.note }] : []),
      ...(submission.decisionReason ? [{ key: 'Reason', value: submission.decisionReason }] : []),
      ...(found.holdReason ? [{ key: 'Second look', value: found.holdReason }] : []),
    ],
    document: document ? { href: documentPath(document.id), text: documentText(document) } : null,
    answers: answerRows(
      facts.instrument,
      submission.familiar ? { familiar: true, values: submission.values } : { familiar: false },
      'en',
      'text',
    ),
    corrects: submission.correctsId ? reviewPaths.submission(submission.correctsId) : null,
    correctedBy: found.correctedBy ? reviewPaths.submission(found.correctedBy) : null,
    others: facts.others.map(({ who, answeredAt, provenance }) => ({
      who,
      answeredAt,
      how: GRADE_WORDS[provenance],
    })),
    lookAction:
      waits && submission.enteredBy !== viewer.staffId && viewer.mayEdit
        ? reviewPaths.look(submission.id)
        : null,
    waitsForOther: waits && submission.enteredBy === viewer.staffId,
    correctHref:
      !isOpen && !found.correctedBy && submission.employerId && viewer.mayEdit
        ? enterPath({ credential: found.slug, employer: submission.employerId, corrects: submission.id })
        : null,
    matchAction: unmatched && viewer.mayEdit ? reviewPaths.match(submission.id) : null,
    rejectAction: unmatched && viewer.mayEdit ? reviewPaths.reject(submission.id) : null,
    choices: [
      ...facts.likely.map(({ id, legal_name, city, state, because }) => ({
        value: String(id),
        text: legal_name,
        hint: `${[city, state].filter(Boolean).join(', ')} · ${BECAUSE[because] ?? because} · record ${id}`,
      })),
      {
        value: 'other',
        text: 'Another employer of the register',
        ...(facts.likely.length > 0 ? { divider: 'or' } : {}),
      },
      {
        value: 'new',
        text: 'None that is there: add it to the register',
        hint: 'Look-alikes are proposed as after an import.',
        divider: 'or',
      },
    ],
    typedName: submission.employerName,
    states: Object.entries(US_STATES).map(([value, text]) => ({ value, text: String(text) })),
  };
}

const BECAUSE: Record<string, string> = {
  contact: 'this address is a contact there',
  domain: 'same internet domain',
  name: 'same name',
  similar: 'similar name',
};

function tagOf(found: NonNullable<Of<typeof findSubmission>>, waits: boolean, unmatched: boolean) {
  const { submission, endKind } = found;
  if (submission.state === 'rejected') return { kind: 'bad', text: 'Turned down' };
  if (endKind === 'superseded' && found.correctedBy) return { kind: 'quiet', text: 'Corrected' };
  if (endKind === 'withdrawn') return { kind: 'bad', text: 'Taken back' };
  if (waits) return { kind: 'short', text: 'Waits for a second look' };
  if (unmatched) return { kind: 'short', text: 'Needs its employer' };
  if (submission.kind === 'open_link' && !submission.verifiedAt)
    return { kind: 'short', text: 'Not confirmed by mail' };
  return { kind: 'good', text: 'In force' };
}

/** Opening and closing a list's public pages for answers. */
export function openListPage(
  facts: {
    list: { slug: string; name: string; isPublic: boolean };
    link: Of<typeof findOpenLink>;
    counts: Of<typeof countOfLink>;
    publicUrl: string;
    credentials: { slug: string; name: string }[];
    zone: string;
    done: unknown;
  },
  refused?: Refused,
) {
  const { list, link } = facts;
  return {
    title: 'Answers by a public page',
    zone: facts.zone,
    breadcrumbs: [
      { href: '/staff/lists', text: 'Lists' },
      { href: `/staff/lists/${list.slug}`, text: list.name },
    ],
    errors: refused?.errors ?? [],
    values: refused?.values ?? {},
    notice:
      facts.done === 'opened'
        ? { text: 'The pages take answers now.' }
        : facts.done === 'closed'
          ? { text: 'The pages take no more answers.' }
          : null,
    listName: list.name,
    isPublic: list.isPublic,
    closesAt: link?.closesAt ?? null,
    counts: facts.counts,
    openAction: reviewPaths.openList(list.slug),
    closeAction: link ? reviewPaths.closeList(list.slug) : null,
    links: link
      ? facts.credentials.map(({ slug, name }) => ({
          name,
          url: `${facts.publicUrl}${openAnswerPath(list.slug, slug)}`,
        }))
      : [],
  };
}
