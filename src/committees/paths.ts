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
