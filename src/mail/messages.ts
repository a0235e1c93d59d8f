export const MAIL_LANGUAGES = ['en', 'es'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** Who writes, as every mail shows it at its foot (E12). */
export type MailSender = {
  agencyName: string;
  shortName: string;
  postalAddress: string;
  contactEmail: string;
  contactPhone: string;
};

export type CredentialInMail = {
  name: string;
  issuer: string;
  /** Present when several agencies ask in one mail. */
  askedBy?: string;
};

export type MeetingInMail = {
  committee: string;
  /** The seat's role, where one is offered. */
  seatRole: string;
  title: string;
  startsAt: Date;
  endsAt: Date;
  timeZone: string;
  place: string;
  onlineUrl: string | null;
  askedBy?: string;
};

/** What one link opens, as the mail describes it. */
type Asking = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  employerName: string;
  credentials: readonly CredentialInMail[];
  meetings: readonly MeetingInMail[];
  /** Names of the agencies that ask, the sender first; just the sender when absent. */
  askers?: readonly string[];
  minutes: number;
  /** The last day on which the link takes answers to all of it, in the agency's zone. */
  until: Date;
  timeZone: string;
  link: string;
  unsubscribeUrl: string;
};

export type InvitationData = Asking;
export type ReminderData = Asking & { started: boolean };
export type ReferralData = Asking & { referredBy: string };

/** Something that a person did, told back to them. */
export type ReceiptData = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  employerName: string;
  /** What was answered, a topic a row. */
  items: readonly { topic: string; answers: readonly string[] }[];
  /** The time of the answer and the zone to tell it in. */
  answeredAt: Date;
  changeUntil: Date | null;
  timeZone: string;
  link: string;
  unsubscribeUrl: string;
};

/** Asks somebody to say that an answer is theirs, and that they are who it says. */
export type ConfirmationData = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  employerName: string;
  /** Why we ask: it came like a machine's, by a link of somebody else, or by the public page. */
  because: 'quarantined' | 'forwarded' | 'open_link';
  items: readonly { topic: string; answers: readonly string[] }[];
  answeredAt: Date;
  until: Date;
  timeZone: string;
  link: string;
};

export type MeetingNoticeData = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  meeting: MeetingInMail;
  /** Opens the answer to this meeting. */
  link: string;
};
export type RsvpConfirmationData = MeetingNoticeData & { response: 'accepted' | 'declined' };

/** Asks somebody to vote on whether a credential is to be approved. */
export type BallotData = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  employerName: string;
  /** Who is asked to vote, in the words of the record. */
  body: string;
  credential: CredentialInMail;
  note: string;
  /** Nobody sees how it stands before it closes. */
  isSecret: boolean;
  isReminder: boolean;
  /** When it closes. */
  until: Date;
  timeZone: string;
  link: string;
  unsubscribeUrl: string;
};

/** A vote that was taken, told back to who sent it. */
export type BallotReceiptData = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  employerName: string;
  credential: CredentialInMail;
  choice: 'approve' | 'reject' | 'abstain';
  castAt: Date;
  until: Date;
  timeZone: string;
  link: string;
};

export type SignInData = {
  language: MailLanguage;
  sender: MailSender;
  recipientName: string;
  link: string;
  validMinutes: number;
};

/** Every mail that there is. */
export type MessageData = {
  invitation: InvitationData;
  reminder: ReminderData;
  referral: ReferralData;
  receipt: ReceiptData;
  confirmation: ConfirmationData;
  rsvp_confirmation: RsvpConfirmationData;
  meeting_moved: MeetingNoticeData;
  meeting_cancelled: MeetingNoticeData;
  ballot: BallotData;
  ballot_receipt: BallotReceiptData;
  sign_in: SignInData;
};

export type MailKind = keyof MessageData;

export type RenderedMail = { subject: string; html: string; text: string };

/** Raised with every change to a view or a wording: it is part of the Message-ID of what is queued afterwards. */
export const TEMPLATE_VERSION = 2;
