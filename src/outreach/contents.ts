import type { Db } from '../db/client.ts';
import type { MeetingInMail, MessageData } from '../mail/messages.ts';
import type { CalendarPart } from '../mail/types.ts';
import type { MessageKind } from './types.ts';

/** Mails that features to the right of outreach fill: most answer a person's own act, a ballot asks. */
export const CONTENT_KINDS = [
  'receipt',
  'confirmation',
  'rsvp_confirmation',
  'meeting_moved',
  'meeting_cancelled',
  'ballot',
  'ballot_receipt',
] as const satisfies readonly MessageKind[];
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** A queued message as its content source sees it. */
export type QueuedMessage = {
  id: number;
  kind: MessageKind;
  agencyId: number;
  contactId: number | null;
  invitationId: number | null;
  refs: Record<string, number | string>;
  language: 'en' | 'es';
};

/** What outreach adds by itself: who writes, to whom, in which language, and how to stop. */
type Common = 'language' | 'sender' | 'recipientName' | 'unsubscribeUrl';

export type MessageContent<K extends ContentKind> = {
  data: Omit<MessageData[K], Common>;
  calendar?: CalendarPart;
};

/** Content by message id. A message that is missing is cancelled: what it would tell is no longer so. */
export type ContentSource<K extends ContentKind> = (
  db: Db,
  messages: readonly QueuedMessage[],
) => Promise<Map<number, MessageContent<K>>>;

export type MeetingDescription = Omit<MeetingInMail, 'seatRole' | 'askedBy'>;

/**
 * What outreach cannot know by itself, because it comes from features to its right: they implement it and deps.ts
 * wires it. Read when a batch is sent, so a mail says what holds then, and always for a whole batch at once.
 */
export type MessageContents = {
  /** Meetings as an invitation mail describes them, by id; a meeting that is off is missing. */
  describeMeetings(db: Db, meetingIds: readonly number[]): Promise<Map<number, MeetingDescription>>;
  /** The role of a seat as people read it. */
  seatRoleName(role: string, language: 'en' | 'es'): string;
} & { [K in ContentKind]: ContentSource<K> };
