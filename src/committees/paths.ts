import type { Language } from '../employers/types.ts';

export const committeesPath = '/staff/committees';
export const newCommitteePath = '/staff/committees/new';

export function committeePath(committeeId: number): string {
  return `/staff/committees/${committeeId}`;
}

export function seatsPath(committeeId: number): string {
  return `/staff/committees/${committeeId}/seats`;
}

export function newMeetingPath(committeeId: number): string {
  return `/staff/committees/${committeeId}/meetings/new`;
}

export function meetingPath(meetingId: number, step?: 'move' | 'cancel'): string {
  return `/staff/meetings/${meetingId}${step ? `/${step}` : ''}`;
}

/** A person's own ballot paper. */
export function ballotPath(token: string, language?: Language): string {
  return `/b/${token}${language && language !== 'en' ? `?lang=${language}` : ''}`;
}

/** The invited person's own page for one meeting. */
export function rsvpPath(token: string, step?: 'answer' | 'meeting.ics'): string {
  return `/m/${token}${step ? `/${step}` : ''}`;
}

export function publicCommitteePath(slug: string): string {
  return `/committees/${slug}`;
}

export function publicCalendarPath(slug: string, meetingId: number): string {
  return `/committees/${slug}/meetings/${meetingId}.ics`;
}
