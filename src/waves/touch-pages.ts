import type { EmployerTouches } from '../employers/types.ts';
import { formatDate } from '../lib/zoned-time.ts';
import type { FreeAgain } from '../outreach/planner/free-again.ts';
import type { PreferenceReason } from '../outreach/types.ts';
import { wavePath } from './paths.ts';
import type { Unasked } from './reason-queries.ts';
import type { Touch } from './touch-queries.ts';
import { decisionNote, EXCLUSION_TEXT, PUT_OFF_TEXT } from './words.ts';

const RESULT_TEXT: Record<string, string> = {
  claimed: 'Leaving now',
  uncertain: 'Not known whether it left',
  bounced: 'Came back',
  complained: 'Marked as unwanted',
};

/** The part of an employer's page that tells who wrote to it. Of another agency's touches only sent ones, and only the day. */
export function touchesPart(facts: {
  agencyId: number;
  touches: readonly Touch[];
  /** Of the agency's own waves alone. */
  unasked: readonly Unasked[];
  free: FreeAgain;
  /** Somebody there asked that nobody of the employer is asked. */
  employerPreference: PreferenceReason | null;
  contacts: readonly {
    id: number;
    name: string;
    email: string;
    state: string;
    isSuppressed: boolean;
    /** What they asked for, short of a stop. */
    preference: PreferenceReason | null;
  }[];
  zone: string;
}): EmployerTouches {
  const { zone, free } = facts;
  const day = (at: Date) => formatDate(at, zone);
  const freeText = (at: Date | null | undefined) => (at ? `Free again on ${day(at)}` : 'Free now');
  const isOwn = (touch: Touch) => touch.agencyId === facts.agencyId;
  const shown = facts.touches.filter((touch) => isOwn(touch) || touch.sentAt !== null);
  return {
    employerFree:
      facts.employerPreference === null ? freeText(free.employer) : EXCLUSION_TEXT[facts.employerPreference],
    people: facts.contacts.map((contact) => {
      const last = facts.touches.find(({ contactId, sentAt }) => contactId === contact.id && sentAt !== null);
      return {
        name: contact.name || contact.email,
        last: last?.sentAt ? `Touched on ${day(last.sentAt)}` : 'Not written to yet',
        free:
          contact.state !== 'active'
            ? 'Is not asked any more'
            : contact.isSuppressed
              ? 'Is not written to: asked to stop, or the address does not work'
              : contact.preference !== null
                ? EXCLUSION_TEXT[contact.preference]
                : freeText(free.people.get(contact.id)),
      };
    }),
    touches: shown.map((touch) => ({
      person: touch.contactName,
      when: touch.sentAt ? `Touched on ${day(touch.sentAt)}` : `Planned for ${day(touch.from)}`,
      who: isOwn(touch) ? 'Your agency' : 'Another agency',
      what: isOwn(touch)
        ? [touch.step === 0 ? 'Invitation' : 'Reminder', RESULT_TEXT[touch.state], putOffText(touch)]
            .filter(Boolean)
            .join(', ')
        : null,
      wave:
        isOwn(touch) && touch.waveId !== null
          ? { href: wavePath(touch.waveId), name: touch.waveName ?? '' }
          : null,
    })),
    unasked: facts.unasked.map(({ waveId, waveName, launchedAt, contactName, topics, ...said }) => ({
      person: contactName,
      when: `Planned on ${day(launchedAt)}`,
      what: decisionNote(said, topics.join('; ')),
      wave: { href: wavePath(waveId), name: waveName },
    })),
  };
}

function putOffText({ putOff }: Touch): string | null {
  const text = putOff === null ? undefined : PUT_OFF_TEXT[putOff];
  return text ? `put off: ${text.charAt(0).toLowerCase()}${text.slice(1)}` : null;
}
