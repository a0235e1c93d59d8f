import type { Language } from '../employers/types.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import { formatDateTime } from '../lib/zoned-time.ts';
import { RELATIONS } from '../surveys/types.ts';
import { BALLOT_TEXT } from './ballot-words.ts';
import type { BallotPaper } from './mailed-ballot-queries.ts';
import { ballotPath } from './paths.ts';
import { LINK_CHOICES, type LinkChoice } from './types.ts';
import { whyNoVote } from './voting-rules.ts';

export type BallotFacts = { paper: BallotPaper; token: string; language: Language; now: Date };
export type RefusedVote = { errors: readonly FieldError[]; values: FormValues };

function shell({ paper, token, language }: BallotFacts, title: string) {
  const { agency, ballot, credential } = paper;
  const other = language === 'en' ? 'es' : 'en';
  const text = BALLOT_TEXT[language];
  const name = credential.version ? `${credential.name} (${credential.version})` : credential.name;
  return {
    lang: language,
    text,
    title,
    zone: agency.timeZone,
    agency: {
      name: agency.name,
      address: agency.postalAddress,
      contactEmail: agency.replyTo,
      contactPhone: agency.phone,
    },
    languages: [
      {
        href: ballotPath(token, other),
        lang: other as Language,
        text: other === 'en' ? 'English' : 'Español',
      },
    ],
    errors: [] as readonly FieldError[],
    values: {} as FormValues,
    action: ballotPath(token, language),
    credentialName: name,
    asks: text.asks(agency.name, ballot.body),
    youVote: text.youVote(paper.name, paper.employer),
    about: [
      { key: text.credential, value: name, action: null },
      { key: text.issuer, value: paper.issuer, action: null },
      { key: text.until, value: formatDateTime(ballot.closesAt, agency.timeZone, language), action: null },
    ],
    note: ballot.note,
    secret: ballot.isSecret ? text.secret : '',
    alert: '',
    form: null as ReturnType<typeof formFields> | null,
    check: null as { rows: readonly object[]; hidden: readonly { name: string; value: string }[] } | null,
    voted: null as { rows: readonly object[]; text: string } | null,
    closed: '',
  };
}

function formFields({ paper, language }: BallotFacts) {
  const text = BALLOT_TEXT[language];
  return {
    heading: '',
    choices: LINK_CHOICES.map((value) => ({ value, text: text.choices[value] })),
    relationLegend: text.relationQuestion(paper.employer),
    relations: RELATIONS.map((value) => ({ value, text: text.relations[value] })),
  };
}

function voteRows(
  { paper, language }: BallotFacts,
  vote: { choice: LinkChoice; relation: (typeof RELATIONS)[number]; reason: string },
) {
  const text = BALLOT_TEXT[language];
  return [
    { key: text.credential, value: shortName(paper), action: null },
    { key: text.vote, value: text.choices[vote.choice], action: null },
    { key: text.relation, value: text.relations[vote.relation], action: null },
    { key: text.why, value: vote.reason || text.none, action: null },
  ];
}

const shortName = ({ credential }: BallotPaper) =>
  credential.version ? `${credential.name} (${credential.version})` : credential.name;

/** The ballot paper: to vote on while it is open, to look at afterwards. */
export function ballotPage(facts: BallotFacts, refused?: RefusedVote) {
  const { paper, language, now } = facts;
  const text = BALLOT_TEXT[language];
  const why = whyNoVote(paper.ballot, now);
  if (why) {
    const page = shell(facts, text.refusals[why].title);
    return { ...page, closed: text.refusals[why].text, voted: standing(facts) };
  }
  const vote = standing(facts);
  const page = shell(facts, vote && !refused ? text.votedTitle : text.title(shortName(paper)));
  const form = { ...formFields(facts), heading: vote ? text.changeHeading : '' };
  return { ...page, form, voted: refused ? null : vote, ...refused };
}

function standing(facts: BallotFacts) {
  const { paper, language, now } = facts;
  const { vote, agency, ballot } = paper;
  if (!vote || vote.castAt === null || vote.choice === 'recused') return null;
  const text = BALLOT_TEXT[language];
  const isOpen = whyNoVote(ballot, now) === null;
  const { choice, relation, reason } = vote;
  return {
    rows: [
      ...voteRows(facts, { choice, relation, reason }),
      { key: text.castAt, value: formatDateTime(vote.castAt, agency.timeZone, language), action: null },
      ...(isOpen
        ? [
            {
              key: text.changeUntil,
              value: formatDateTime(ballot.closesAt, agency.timeZone, language),
              action: null,
            },
          ]
        : []),
    ],
    text: isOpen ? text.votedText : '',
  };
}

/** What was chosen, shown once more before it is sent. */
export function checkPage(
  facts: BallotFacts,
  vote: { choice: LinkChoice; relation: (typeof RELATIONS)[number]; reason: string },
) {
  return {
    ...shell(facts, BALLOT_TEXT[facts.language].checkTitle),
    check: {
      rows: voteRows(facts, vote),
      hidden: Object.entries(vote).map(([name, value]) => ({ name, value })),
    },
  };
}

/** A vote that came after the close: said plainly, with the one that stands. */
export function tooLatePage(facts: BallotFacts) {
  const text = BALLOT_TEXT[facts.language];
  return {
    ...ballotPage(facts),
    alert: `${text.tooLate} ${facts.paper.vote ? text.stands : text.notVoted}`,
  };
}
