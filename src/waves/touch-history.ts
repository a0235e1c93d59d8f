import type { Deps } from '../deps.ts';
import type { EmployerTouches } from '../employers/types.ts';
import { federalHolidaysBetween } from '../lib/federal-holidays.ts';
import { hashAddress } from '../lib/tokens.ts';
import { isTimeZone } from '../lib/zoned-time.ts';
import { BUSINESS_HOURS, dayFromIso, isoFromDay, localDay } from '../outreach/planner/calendar.ts';
import { freeAgain } from '../outreach/planner/free-again.ts';
import { findPreferenceReasons, findSuppressions } from '../outreach/queries.ts';
import { readAgencyBudget } from './agency-limits.ts';
import { listDaysOff } from './calendar-queries.ts';
import { listUnasked } from './reason-queries.ts';
import { touchesPart } from './touch-pages.ts';
import { listTouches } from './touch-queries.ts';

/** Nobody's id: a person of the employer who has asked for nothing themselves. */
const SOMEBODY = 0;
/** Holidays that can move a "free again on": from the oldest touch that counts to the latest day it can give. */
const HOLIDAYS_AROUND_DAYS = 200;

/**
 * Who wrote to an employer's people and when each may be written to again, as one agency may see it: its own touches
 * with their wave, of another agency's only the day.
 */
export async function readTouchHistory(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  input: {
    agencyId: number;
    agencyZone: string;
    employer: { unitId: number; timeZone: string | null };
    contacts: readonly { id: number; name: string; email: string; state: string }[];
  },
): Promise<EmployerTouches> {
  const { employer, contacts, agencyId } = input;
  const now = deps.clock.now();
  const zone =
    employer.timeZone !== null && isTimeZone(employer.timeZone) ? employer.timeZone : input.agencyZone;
  const hashes = contacts.map(({ email }) => hashAddress(deps.secrets.suppressionKey, email));
  const today = localDay(zone, now.getTime());
  const around = [
    isoFromDay(today - HOLIDAYS_AROUND_DAYS),
    isoFromDay(today + HOLIDAYS_AROUND_DAYS),
  ] as const;
  const { unitId } = employer;
  const people = [...contacts.map(({ id }) => ({ contactId: id, unitId })), { contactId: SOMEBODY, unitId }];
  const [touches, suppressed, preferences, rules, daysOff, unasked] = await Promise.all([
    listTouches(deps.db, unitId),
    findSuppressions(deps.db, hashes),
    findPreferenceReasons(deps.db, people, now, 'planned'),
    readAgencyBudget(deps.db, { agencyId, agencyZone: input.agencyZone, now }),
    listDaysOff(deps.db, agencyId, ...around),
    listUnasked(deps.db, { agencyId, contactIds: contacts.map(({ id }) => id) }),
  ]);
  const free = freeAgain({
    rules,
    touches: touches.map((touch) => ({
      contactId: touch.contactId,
      from: touch.from.getTime(),
      to: touch.to.getTime(),
      newInvitation: touch.step === 0,
    })),
    contactIds: contacts.map(({ id }) => id),
    zone,
    closedDays: [...federalHolidaysBetween(...around), ...daysOff.map(({ date }) => date)].map(dayFromIso),
    weekdays: BUSINESS_HOURS.weekdays,
    now,
  });
  return touchesPart({
    agencyId,
    touches,
    unasked,
    free,
    employerPreference: preferences(SOMEBODY, agencyId, true),
    contacts: contacts.map((contact, index) => ({
      ...contact,
      isSuppressed: suppressed.has((hashes[index] as Buffer).toString('hex')),
      preference: preferences(contact.id, agencyId, true),
    })),
    zone,
  });
}
