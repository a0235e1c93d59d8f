import { joinWords } from '../../lib/join-words.ts';
import type { InvitationData } from '../messages.ts';
import { endSentence, type Wording } from './wording.ts';

const count = (n: number, one: string, many: string) => (n === 1 ? `1 ${one}` : `${n} ${many}`);

const askers = (m: InvitationData) => joinWords(m.askers ?? [m.sender.agencyName], 'and');
const isShared = (m: InvitationData) => (m.askers?.length ?? 1) > 1;

export const english: Wording = {
  reviewed: true,
  locale: 'en-US',
  greeting: (name) => (name ? `Dear ${name},` : 'Hello,'),
  credentialsHeading: (n) => (n === 1 ? 'The credential' : `The ${n} credentials`),
  meetingsHeading: (n) => (n === 1 ? 'The advisory committee' : 'The advisory committees'),
  issuedBy: (issuer) => `by ${issuer}`,
  askedBy: (agency) => `asked by ${agency}`,
  seat: (role) => `Seat: ${role}`,
  when: 'When',
  where: 'Where',
  online: 'Online',
  linkFallback: 'Or copy this address into your browser:',
  linkIsYours:
    'The link is yours and needs no account. Nothing counts until you press “Send answers”. If a colleague is the better person, you can say so there.',
  footer: {
    sentBy: (agency) => endSentence(`This mail was sent by ${agency}`),
    contact: (email, phone) => `Questions? Write to ${email}${phone ? ` or call ${phone}` : ''}.`,
    stopText: (url) => `If you do not want to be asked again, by any agency: ${url}`,
    stopLink: 'Stop these mails',
    stopAfter: ', from all agencies.',
  },

  invitation: {
    subject: (m) => {
      if (m.credentials.length === 0) return `${m.sender.shortName}: a seat on an advisory committee`;
      const topic =
        m.credentials.length === 1 ? m.credentials[0]?.name : `${m.credentials.length} credentials`;
      return `${m.sender.shortName}: what does ${m.employerName} think of ${topic}?`;
    },
    heading: (m) =>
      m.credentials.length > 0 ? 'Your view as an employer, please' : 'A seat at the table, if you like',
    whoAsks: (m) =>
      isShared(m)
        ? `${askers(m)} write to you together, in one mail instead of several. Below you see who asks what. ${
            m.credentials.length > 0
              ? 'They review credentials that people can earn in schools, in colleges and at work. Before one is recommended, employers are asked what it is worth to them when they hire.'
              : 'Employers advise them on what schools and colleges should teach.'
          }`
        : m.credentials.length > 0
          ? `${m.sender.agencyName} reviews credentials that people can earn in schools, in colleges and at work. Before one is recommended, employers are asked what it is worth to them when they hire.`
          : `${m.sender.agencyName} is advised by employers on what schools and colleges should teach.`,
    whyYou: (m) => endSentence(`We write to you because you are listed as a contact for ${m.employerName}`),
    effort: (m) =>
      m.credentials.length > 0
        ? `It takes about ${count(m.minutes, 'minute', 'minutes')}: a few short questions on each credential. “I don’t know this credential” is a useful answer too.`
        : `It takes about ${count(m.minutes, 'minute', 'minutes')} to answer.`,
    also: (m) =>
      m.credentials.length > 0 && m.meetings.length > 0
        ? 'In the same place you can say whether you would come to an advisory committee:'
        : '',
    until: (_m, date) => `The link is open until ${date}.`,
    action: (m) => (m.credentials.length > 0 ? 'Give your answers' : 'Answer the invitation'),
  },

  reminder: {
    subject: (m) =>
      m.started
        ? `${m.sender.shortName}: your answers are not sent yet`
        : `${m.sender.shortName}: your view is still welcome`,
    heading: (m) => (m.started ? 'Your answers are saved, but not sent' : 'There is still time'),
    whoAsks: (m) =>
      m.started
        ? `You began to answer ${askers(m)}. What you entered is kept: the link opens where you left off.`
        : `A while ago ${askers(m)} asked what ${m.employerName} thinks of the following. We have no answer yet.`,
    until: (_m, date) => `The link is the same as before and is open until ${date}.`,
    action: (m) => (m.started ? 'Go on where you left off' : 'Give your answers'),
  },

  referral: {
    subject: (m) => `${m.sender.shortName}: your colleague named you`,
    heading: () => 'Your colleague named you',
    whyYou: (m) =>
      `${m.referredBy} at ${m.employerName} told us that you are the better person to answer, so this link is your own.`,
  },

  receipt: {
    subject: (m) => `${m.sender.shortName}: we have your answers`,
    heading: () => 'Thank you. We have your answers',
    intro: (m, date) => `On ${date} you answered for ${m.employerName}:`,
    change: (date) =>
      date
        ? `You can change or withdraw your answers until ${date}, with the same link:`
        : 'You can look at your answers with the same link:',
    action: 'See or change your answers',
    notYou: 'If this was not you, open the link and withdraw the answers, or write to us.',
  },

  confirmation: {
    subject: (m) => `${m.sender.shortName}: please confirm your answers`,
    heading: () => 'One more step: please confirm',
    intro: (m, date) =>
      ({
        quarantined: `On ${date} answers for ${m.employerName} were sent with your link. They came the way an automatic program sends them, so they are kept and not counted until a person confirms them:`,
        forwarded: `On ${date} somebody answered for ${m.employerName} with a colleague’s link and gave this address as their own. We ask you to confirm that it was you:`,
        open_link: `On ${date} somebody answered for ${m.employerName} on our public page and gave this address as their own. We ask you to confirm that it was you:`,
      })[m.because],
    ask: (date) => `Open the link and say whether these answers are yours. It is good until ${date}.`,
    action: 'Confirm your answers',
    notYou: 'If it was not you, open the link and say so, or do nothing: the answers will not count.',
  },

  meeting: {
    acceptedSubject: (m) => `Confirmed: ${m.meeting.title}`,
    acceptedHeading: () => 'We look forward to seeing you',
    acceptedIntro: () => 'You said that you are coming. The attached calendar entry holds time and place.',
    declinedSubject: (m) => `You are not coming: ${m.meeting.title}`,
    declinedHeading: () => 'Thank you for letting us know',
    declinedIntro: () =>
      'You said that you are not coming. Should that change, the link below is still open.',
    movedSubject: (m) => `Changed: ${m.meeting.title}`,
    movedHeading: () => 'Time or place has changed',
    movedIntro: () =>
      'This meeting now takes place as follows. The attached calendar entry replaces the earlier one.',
    cancelledSubject: (m) => `Cancelled: ${m.meeting.title}`,
    cancelledHeading: () => 'The meeting is cancelled',
    cancelledIntro: () =>
      'This meeting will not take place. The attached calendar entry removes it from your calendar.',
    action: 'See or change your answer',
  },

  ballot: {
    subject: (m) =>
      m.isReminder
        ? `${m.sender.shortName}: your vote on ${m.credential.name} is still open`
        : `${m.sender.shortName}: your vote on ${m.credential.name}`,
    heading: (m) => (m.isReminder ? 'Your vote is still open' : 'Your vote, please'),
    intro: (m) =>
      `${m.sender.agencyName} asks ${m.body} to vote on whether this credential is to be approved. You vote for ${endSentence(m.employerName)}`,
    record: (m) =>
      `${m.isSecret ? 'Nobody at the agency sees how the vote stands before it closes. ' : ''}How each employer voted becomes part of the record that the decision rests on.`,
    until: (moment) => `The vote is open until ${moment}. Until then you can change yours.`,
    action: 'Look at it and vote',
    yours:
      'The link is yours and needs no account. Opening it does not vote: nothing counts until you press “Send my vote”.',
  },

  ballotReceipt: {
    subject: (m) => `${m.sender.shortName}: we have your vote on ${m.credential.name}`,
    heading: 'Thank you. We have your vote',
    intro: (m, moment) => `On ${moment} you voted for ${m.employerName} on ${m.credential.name}:`,
    choices: {
      approve: 'For it: the credential should be approved',
      reject: 'Against it',
      abstain: 'You abstained',
    },
    until: (moment) => `You can change your vote until ${moment}, with the same link:`,
    action: 'See or change your vote',
    notYou: 'If this was not you, write to us at once.',
  },

  signIn: {
    subject: (m) => `Sign in to ${m.sender.shortName}`,
    heading: () => 'Your sign-in link',
    intro: (m) =>
      `The link signs you in once and is good for ${count(m.validMinutes, 'minute', 'minutes')}. Nobody should ask you for it.`,
    action: 'Sign in',
    notYou: 'If you did not ask for it, you need not do anything.',
  },
};
