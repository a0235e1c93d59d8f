export const MEETING_STATES = ['scheduled', 'cancelled', 'held'] as const;
export type MeetingState = (typeof MEETING_STATES)[number];

export const RSVP_RESPONSES = ['accepted', 'declined'] as const;
export type RsvpResponse = (typeof RSVP_RESPONSES)[number];
