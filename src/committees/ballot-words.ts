import type { Language } from '../employers/types.ts';
import type { Provenance, Relation } from '../surveys/types.ts';
import type { LinkChoice } from './types.ts';
import type { BallotRefusal } from './voting-rules.ts';

type BallotText = {
  title: (credential: string) => string;
  asks: (agency: string, body: string) => string;
  youVote: (name: string, employer: string) => string;
  notYou: string;
  credential: string;
  issuer: string;
  until: string;
  note: string;
  secret: string;
  record: string;
  question: string;
  choices: Record<LinkChoice, string>;
  relationQuestion: (employer: string) => string;
  relationHint: string;
  relations: Record<Relation, string>;
  why: string;
  reason: string;
  reasonHint: string;
  continue: string;
  checkTitle: string;
  checkText: string;
  vote: string;
  relation: string;
  send: string;
  change: string;
  none: string;
  votedTitle: string;
  votedText: string;
  castAt: string;
  changeUntil: string;
  changeHeading: string;
  refusals: Record<BallotRefusal, { title: string; text: string }>;
  tooLate: string;
  stands: string;
  notVoted: string;
  faults: { choice: string; relation: string; reason: string };
};

const en: BallotText = {
  title: (credential) => `Your vote on ${credential}`,
  asks: (agency, body) => `${agency} asks ${body} to vote on whether this credential is to be approved.`,
  youVote: (name, employer) => `You vote as ${name} for ${employer}.`,
  notYou: 'If that is not you, do not vote: write to the agency below.',
  credential: 'Credential',
  issuer: 'Awarded by',
  until: 'Open until',
  note: 'The agency adds',
  secret: 'Nobody at the agency sees how the vote stands before it closes.',
  record:
    'How each employer voted becomes part of the record that the decision rests on, and may be released as a public record.',
  question: 'How do you vote?',
  choices: {
    approve: 'For it: the credential should be approved',
    reject: 'Against it',
    abstain: 'I abstain',
  },
  relationQuestion: (employer) => `How is ${employer} connected to whoever awards the credential?`,
  relationHint: 'A vote with a connection is kept and shown. The rule of the list says whether it counts.',
  relations: {
    none: 'No connection',
    customer: 'Customer',
    board: 'On its board',
    sells_or_paid: 'Sells to it or is paid by it',
    issuer: 'Awards the credential itself',
    reseller: 'Resells the credential',
    training_provider: 'Is a school or training provider',
    applicant: 'Applied for the approval',
  },
  why: 'Why',
  reason: 'Why (optional)',
  reasonHint: 'It is kept with your vote.',
  continue: 'Continue',
  checkTitle: 'Check your vote',
  checkText: 'Nothing counts until you send it.',
  vote: 'Vote',
  relation: 'Connection',
  send: 'Send my vote',
  change: 'Change',
  none: 'Nothing',
  votedTitle: 'We have your vote',
  votedText: 'A receipt comes by e-mail.',
  castAt: 'Sent',
  changeUntil: 'You can change it until',
  changeHeading: 'Change my vote',
  refusals: {
    closed: {
      title: 'The vote is closed',
      text: 'It closed on the day named below and takes no votes any more.',
    },
    cancelled: {
      title: 'The vote was called off',
      text: 'Votes that were sent are kept and count nowhere. There is nothing that you need to do.',
    },
  },
  tooLate: 'Your vote came too late and was not taken.',
  stands: 'The vote that you sent in time stands.',
  notVoted: 'No vote of yours was taken.',
  faults: {
    choice: 'Select how you vote',
    relation: 'Select how your employer is connected, or “No connection”',
    reason: 'Use 500 characters or fewer',
  },
};

export const BALLOT_TEXT: Record<Language, BallotText> = {
  en,
  es: {
    title: (credential) => `Su voto sobre ${credential}`,
    asks: (agency, body) => `${agency} pide a ${body} que vote si se aprueba esta credencial.`,
    youVote: (name, employer) => `Usted vota como ${name} por ${employer}.`,
    notYou: 'Si no es usted, no vote: escriba a la agencia indicada abajo.',
    credential: 'Credencial',
    issuer: 'Otorgada por',
    until: 'Abierta hasta',
    note: 'La agencia añade',
    secret: 'Nadie en la agencia ve cómo va la votación antes de que cierre.',
    record:
      'Cómo votó cada empleador forma parte del expediente en que se basa la decisión, y puede divulgarse como documento público.',
    question: '¿Cómo vota?',
    choices: {
      approve: 'A favor: la credencial debe aprobarse',
      reject: 'En contra',
      abstain: 'Me abstengo',
    },
    relationQuestion: (employer) => `¿Qué relación tiene ${employer} con quien otorga la credencial?`,
    relationHint: 'Un voto con una relación se guarda y se muestra. La regla de la lista dice si cuenta.',
    relations: {
      none: 'Ninguna relación',
      customer: 'Cliente',
      board: 'Está en su junta directiva',
      sells_or_paid: 'Le vende o recibe pagos',
      issuer: 'Otorga la credencial',
      reseller: 'Revende la credencial',
      training_provider: 'Es una escuela o centro de formación',
      applicant: 'Solicitó la aprobación',
    },
    why: 'Por qué',
    reason: 'Por qué (opcional)',
    reasonHint: 'Se guarda con su voto.',
    continue: 'Continuar',
    checkTitle: 'Revise su voto',
    checkText: 'Nada cuenta hasta que lo envíe.',
    vote: 'Voto',
    relation: 'Relación',
    send: 'Enviar mi voto',
    change: 'Cambiar',
    none: 'Nada',
    votedTitle: 'Tenemos su voto',
    votedText: 'Recibirá un comprobante por correo electrónico.',
    castAt: 'Enviado',
    changeUntil: 'Puede cambiarlo hasta',
    changeHeading: 'Cambiar mi voto',
    refusals: {
      closed: {
        title: 'La votación está cerrada',
        text: 'Cerró en la fecha indicada abajo y ya no admite votos.',
      },
      cancelled: {
        title: 'La votación fue cancelada',
        text: 'Los votos enviados se guardan y no cuentan. No tiene que hacer nada.',
      },
    },
    tooLate: 'Su voto llegó demasiado tarde y no se tomó.',
    stands: 'El voto que envió a tiempo sigue en pie.',
    notVoted: 'No se tomó ningún voto suyo.',
    faults: {
      choice: 'Seleccione cómo vota',
      relation: 'Seleccione qué relación tiene su empresa, o “Ninguna relación”',
      reason: 'Use 500 caracteres o menos',
    },
  },
};

/** How far the way that a vote came ties it to its employer, as staff read it. */
export const VOTE_GRADE_WORDS: Partial<Record<Provenance, string>> = {
  mailed_link_own_domain: "link mailed to the employer's own domain",
  mailed_link_other_domain: 'link mailed to another domain',
  mailed_link_free_mail: 'link mailed to a free-mail address',
};
