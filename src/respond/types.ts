import type { MeetingState } from '../committees/types.ts';
import type { Language } from '../employers/types.ts';
import type { DeclineReason, InvitationState, WaveState } from '../outreach/types.ts';
import type { AnswerValues, Relation } from '../surveys/types.ts';

export type About = {
  name: string;
  title: string;
  hiring: boolean;
  connected: boolean;
  /** The name is not the invited person's, so that we ask who uses the link. */
  other?: boolean;
};

/** Who uses the link, asked of somebody who gave another name than the invited person's. */
export type Identity = { kind: 'invited' } | { kind: 'passed_on'; email: string };

export type MeetingReply = {
  response: 'accepted' | 'declined';
  reason: string;
  /** Whom to invite instead, given with a refusal. */
  colleague: { name: string; email: string } | null;
};

/**
 * What was typed and not yet sent, in invitations.draft. Flat, one key for each thing that one page asks, so that
 * saving is `draft || page` in SQL and two open tabs never take each other's pages away.
 */
export type Draft = {
  about?: About;
  identity?: Identity;
  /** invitations.draft_version as it was when the draft was last sent. */
  sent?: number;
  [relation: `issuer:${number}`]: Relation | undefined;
  [answer: `ask:${number}`]: AnswerValues | undefined;
  [reply: `meeting:${number}`]: MeetingReply | undefined;
  /** The reply as it was last sent: the person may since have changed it through the meeting's own link. */
  [sent: `replied:${number}`]: MeetingReply | undefined;
};

/** One page's part of a draft, merged into it by key. */
export type PageDraft = Readonly<Record<string, unknown>>;

export const aboutDraft = (about: About): PageDraft => ({ about });
export const identityDraft = (identity: Identity): PageDraft => ({ identity });
export const relationDraft = (issuerId: number, relation: Relation): PageDraft => ({
  [`issuer:${issuerId}` satisfies keyof Draft]: relation,
});
export const answerDraft = (askId: number, answer: AnswerValues): PageDraft => ({
  [`ask:${askId}` satisfies keyof Draft]: answer,
});
export const replyDraft = (askId: number, reply: MeetingReply): PageDraft => ({
  [`meeting:${askId}` satisfies keyof Draft]: reply,
});

export type CredentialAsk = {
  askId: number;
  state: string;
  credentialId: number;
  name: string;
  issuerId: number;
  issuer: string;
  /** The questions of the wave that asks it: what several waves ask by one link may be worded differently. */
  instrumentVersionId: number;
};

export type MeetingAsk = {
  askId: number;
  state: string;
  meetingId: number;
  committee: string;
  purpose: string;
  title: string;
  seatRole: string;
  startsAt: Date;
  endsAt: Date;
  timeZone: string;
  place: string;
  onlineUrl: string | null;
  meetingState: MeetingState;
};

/** What a credential's page shows, and what decides whether the invitation takes answers. */
export type CredentialFacts = {
  state: InvitationState;
  language: Language;
  draft: Draft;
  expiresAt: Date;
  waveState: WaveState;
  closeAt: Date;
  graceUntil: Date;
  agency: { name: string; replyTo: string; phone: string; postalAddress: string };
  credentials: CredentialAsk[];
  meetings: { askId: number }[];
};

/** Who asks an ask, and how long that wave takes it. */
export type Asker = {
  askId: number;
  agencyId: number;
  name: string;
  noticeVersionId: number;
  waveState: WaveState;
  closeAt: Date;
  graceUntil: Date;
};

/** Everything that any other page of one invitation shows. */
export type RespondFacts = Omit<CredentialFacts, 'agency' | 'meetings'> & {
  invitationId: number;
  draftVersion: number;
  answeredAt: Date | null;
  declineReason: DeclineReason | null;
  noticeVersionId: number;
  agency: CredentialFacts['agency'] & { shortName: string; timeZone: string };
  contact: { name: string; title: string };
  employer: string;
  /** Who asks each ask: several agencies, and several waves of one, may ask by one link. */
  askers: Asker[];
  meetings: MeetingAsk[];
};

/** Whether an invitation takes answers, and if not, why. */
export type Access = 'open' | 'closed' | 'cancelled' | 'referred';
