import type {
  BallotData,
  BallotReceiptData,
  ConfirmationData,
  InvitationData,
  MeetingNoticeData,
  ReceiptData,
  ReferralData,
  ReminderData,
  SignInData,
} from '../messages.ts';

/** All words of all mails in one language; the views hold only the structure. Plain text: views escape it. */
export type Wording = {
  /** False until a speaker of the language has read it; then staff are told so. */
  reviewed: boolean;
  /** For dates. */
  locale: string;
  greeting(name: string): string;
  credentialsHeading(n: number): string;
  meetingsHeading(n: number): string;
  issuedBy(issuer: string): string;
  askedBy(agency: string): string;
  seat(role: string): string;
  when: string;
  where: string;
  online: string;
  linkFallback: string;
  linkIsYours: string;
  footer: {
    sentBy(agency: string): string;
    contact(email: string, phone: string): string;
    stopText(url: string): string;
    stopLink: string;
    stopAfter: string;
  };
  invitation: {
    subject(m: InvitationData): string;
    heading(m: InvitationData): string;
    whoAsks(m: InvitationData): string;
    whyYou(m: InvitationData): string;
    effort(m: InvitationData): string;
    also(m: InvitationData): string;
    until(m: InvitationData, date: string): string;
    action(m: InvitationData): string;
  };
  reminder: {
    subject(m: ReminderData): string;
    heading(m: ReminderData): string;
    whoAsks(m: ReminderData): string;
    until(m: ReminderData, date: string): string;
    action(m: ReminderData): string;
  };
  referral: {
    subject(m: ReferralData): string;
    heading(m: ReferralData): string;
    whyYou(m: ReferralData): string;
  };
  receipt: {
    subject(m: ReceiptData): string;
    heading(m: ReceiptData): string;
    intro(m: ReceiptData, date: string): string;
    change(date: string | null): string;
    action: string;
    notYou: string;
  };
  confirmation: {
    subject(m: ConfirmationData): string;
    heading(m: ConfirmationData): string;
    intro(m: ConfirmationData, date: string): string;
    ask(date: string): string;
    action: string;
    notYou: string;
  };
  meeting: Record<
    `${'accepted' | 'declined' | 'moved' | 'cancelled'}${'Subject' | 'Heading' | 'Intro'}`,
    (m: MeetingNoticeData) => string
  > & { action: string };
  ballot: {
    subject(m: BallotData): string;
    heading(m: BallotData): string;
    intro(m: BallotData): string;
    record(m: BallotData): string;
    until(moment: string): string;
    action: string;
    yours: string;
  };
  ballotReceipt: {
    subject(m: BallotReceiptData): string;
    heading: string;
    intro(m: BallotReceiptData, moment: string): string;
    choices: Record<BallotReceiptData['choice'], string>;
    until(moment: string): string;
    action: string;
    notYou: string;
  };
  signIn: {
    subject(m: SignInData): string;
    heading(m: SignInData): string;
    intro(m: SignInData): string;
    action: string;
    notYou: string;
  };
};

/** A full stop, unless the last word brings one: "Bighorn Fabrication, Inc." */
export function endSentence(sentence: string): string {
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
