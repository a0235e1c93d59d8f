import fc from 'fast-check';
import type { BudgetRules } from '../../../src/outreach/planner/budget.ts';
import type {
  Candidate,
  DayLoad,
  JoinableTouch,
  LedgerTouch,
  PlanInput,
  Protocol,
  ReceivingLimits,
  Topic,
} from '../../../src/outreach/planner/types.ts';

import { PREFERENCE_REASONS } from '../../../src/outreach/types.ts';

/** A Monday, 06:00 in Denver. */
export const NOW = new Date('2026-10-26T12:00:00Z');
const DAY = 86_400_000;
export const later = (days: number, from: Date = NOW) => new Date(from.getTime() + days * DAY);

export function aProtocol(over: Partial<Protocol> = {}): Protocol {
  return {
    sendFrom: NOW,
    sendUntil: later(14),
    remindAt: [later(16)],
    closeAt: later(28),
    graceDays: 7,
    maxAsksPerTouch: 4,
    stopRule: 'ask_all',
    relevance: { sectorFit: true, unknownSector: 'leave_out', hiringAuthorityOnly: false },
    calendar: { weekdays: [1, 2, 3, 4, 5], fromMinute: 510, untilMinute: 960, closedDates: [] },
    pace: 'even',
    dailyCapacity: 1000,
    budget: {
      person: {
        newInvitations: 1,
        newInvitationsDays: 30,
        touches: 3,
        touchesDays: 30,
        minBusinessDaysBetween: 5,
      },
      employer: { peopleNewlyInvited: 3, peopleDays: 90, touches: 6, touchesDays: 30 },
    },
    ...over,
  };
}

export function aCandidate(contactId: number, over: Partial<Candidate> = {}): Candidate {
  return {
    contactId,
    employerId: contactId,
    unitId: over.unitId ?? over.employerId ?? contactId,
    naics: '622110',
    state: 'active',
    suppressed: false,
    hiringAuthority: false,
    zone: 'America/Denver',
    ...over,
  };
}

export function aCredential(
  credentialId: number,
  over: Partial<Extract<Topic, { kind: 'credential' }>> = {},
) {
  return {
    kind: 'credential' as const,
    credentialId,
    naicsPrefixes: ['62'],
    required: 10,
    shortfall: 10,
    priority: 0,
    deadline: null,
    ...over,
  };
}

export function aPlanInput(over: Partial<PlanInput> = {}): PlanInput {
  return {
    now: NOW,
    seed: 'wave-1',
    agencyZone: 'America/Denver',
    protocol: aProtocol(),
    candidates: [],
    topics: [],
    ledger: [],
    answered: [],
    open: [],
    history: { asked: 0, answered: 0, bothYes: 0 },
    ...over,
  };
}

const ZONES = [
  'America/Denver',
  'America/New_York',
  'America/Los_Angeles',
  'Pacific/Honolulu',
  'no/such',
  null,
];
const SECTORS = ['622110', '238210', '5415', null];

const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 9);

const budgets: fc.Arbitrary<BudgetRules> = fc.record({
  person: fc.record({
    newInvitations: fc.integer({ min: 1, max: 2 }),
    newInvitationsDays: fc.constantFrom(7, 30),
    touches: fc.integer({ min: 1, max: 4 }),
    touchesDays: fc.constantFrom(7, 30),
    minBusinessDaysBetween: fc.integer({ min: 0, max: 5 }),
  }),
  employer: fc.record({
    peopleNewlyInvited: fc.integer({ min: 1, max: 4 }),
    peopleDays: fc.constantFrom(3, 10, 90),
    touches: fc.integer({ min: 1, max: 7 }),
    touchesDays: fc.constantFrom(7, 30),
  }),
});

const protocols: fc.Arbitrary<Protocol> = fc
  .record({
    from: fc.integer({ min: -3, max: 5 }),
    length: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 5, max: 100 })),
    remindAfter: fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 2 }),
    closeAfter: fc.integer({ min: 0, max: 30 }),
    maxAsksPerTouch: fc.integer({ min: 1, max: 4 }),
    stopRule: fc.constantFrom('ask_all' as const, 'enough' as const),
    sectorFit: fc.boolean(),
    unknownSector: fc.constantFrom('ask' as const, 'leave_out' as const),
    hiringAuthorityOnly: rarely,
    weekdays: fc.constantFrom<number[]>([1, 2, 3, 4, 5], [2, 3, 4], [1, 2, 3, 4, 5, 6, 7]),
    hours: fc.constantFrom<[number, number]>([510, 960], [0, 1440], [600, 630]),
    closedDates: fc.constantFrom<string[]>([], ['2026-11-11', '2026-11-26']),
    closedIn: fc.constantFrom<Record<string, string[]> | undefined>(undefined, {
      MT: ['2026-10-28', '2026-11-03'],
      HI: [],
    }),
    pace: fc.constantFrom('even' as const, 'at_once' as const),
    dailyCapacity: fc.integer({ min: 1, max: 6 }),
    budget: budgets,
  })
  .map((p) => {
    const sendUntil = later(p.from + p.length);
    let last = sendUntil;
    const remindAt = p.remindAfter.map((days) => {
      last = later(days, last);
      return last;
    });
    return {
      sendFrom: later(p.from),
      sendUntil,
      remindAt,
      closeAt: later(p.closeAfter, last),
      graceDays: 7,
      maxAsksPerTouch: p.maxAsksPerTouch,
      stopRule: p.stopRule,
      relevance: {
        sectorFit: p.sectorFit,
        unknownSector: p.unknownSector,
        hiringAuthorityOnly: p.hiringAuthorityOnly,
      },
      calendar: {
        weekdays: p.weekdays,
        fromMinute: p.hours[0],
        untilMinute: p.hours[1],
        closedDates: p.closedDates,
        ...(p.closedIn && { closedIn: p.closedIn }),
      },
      pace: p.pace,
      dailyCapacity: p.dailyCapacity,
      budget: p.budget,
    };
  });

const topics: fc.Arbitrary<Topic[]> = fc
  .tuple(
    fc.uniqueArray(
      fc.record({
        kind: fc.constant('credential' as const),
        credentialId: fc.integer({ min: 1, max: 9 }),
        naicsPrefixes: fc.constantFrom<string[]>([], ['62'], ['23', '54'], ['622']),
        required: fc.constantFrom(2, 10),
        shortfall: fc.integer({ min: 0, max: 2 }),
        priority: fc.integer({ min: 0, max: 1 }),
        deadline: fc.option(fc.constantFrom(later(20), later(60))),
      }),
      { selector: (topic) => topic.credentialId, maxLength: 6 },
    ),
    fc.uniqueArray(
      fc.record({
        kind: fc.constant('meeting' as const),
        meetingId: fc.integer({ min: 1, max: 3 }),
        naicsPrefixes: fc.constantFrom<string[]>([], ['62']),
        invite: fc.integer({ min: 0, max: 4 }),
        answerBy: fc.constantFrom(later(3), later(40)),
      }),
      { selector: (topic) => topic.meetingId, maxLength: 2 },
    ),
  )
  .map(([credentials, meetings]) => [...credentials, ...meetings]);

export const worlds: fc.Arbitrary<PlanInput> = fc
  .record({
    protocol: protocols,
    topics,
    seed: fc.constantFrom('a', 'b', 'c'),
    people: fc.array(
      fc.record({
        unitId: fc.integer({ min: 1, max: 6 }),
        naics: fc.constantFrom(...SECTORS),
        state: rarely.map((left) => (left ? ('left' as const) : ('active' as const))),
        suppressed: rarely,
        preference: rarely.chain((has) => (has ? fc.constantFrom(...PREFERENCE_REASONS) : fc.constant(null))),
        hiringAuthority: fc.boolean(),
        zone: fc.constantFrom(...ZONES),
        region: fc.constantFrom('MT', 'WY', null),
        domain: fc.constantFrom('big.example', 'small.example', null),
        joinable: fc.option(
          fc.record({
            day: fc.integer({ min: -1, max: 20 }),
            fromHour: fc.constantFrom(14.5, 15, 16, 20),
            hours: fc.constantFrom(0.5, 2, 24),
            carries: fc.integer({ min: 1, max: 3 }),
            most: fc.integer({ min: 1, max: 4 }),
            carriesMeeting: rarely,
          }),
          { freq: 3 },
        ),
        touches: fc.array(
          fc.record({
            day: fc.integer({ min: -95, max: 30 }),
            hour: fc.integer({ min: 0, max: 23 }),
            length: fc.constantFrom(0, 0, 7),
            newInvitation: fc.boolean(),
          }),
          { maxLength: 2 },
        ),
        answered: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
        open: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 1 }),
      }),
      { maxLength: 24, size: 'max' },
    ),
    /** Such that a shortfall takes about ten asks an employer, or hardly more than one. */
    limits: fc.record({
      /** What this wave sends on these days already, as when what missed its time is planned anew. */
      load: fc.constantFrom<DayLoad[]>(
        [],
        [
          { date: '2026-10-27', messages: 2 },
          { date: '2026-11-02', messages: 7 },
        ],
      ),
      warmUp: fc.option(
        fc.record({
          from: fc.constantFrom('2026-10-20', '2026-10-26', '2026-11-02'),
          daily: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }),
          load: fc.constantFrom<DayLoad[]>([], [{ date: '2026-10-27', messages: 2 }]),
        }),
      ),
      receiving: fc.option(
        fc.record({
          perMinute: fc.constantFrom(1 / 450, 1 / 30, 1),
          load: fc.constantFrom<ReceivingLimits['load']>(
            [],
            [{ domain: 'big.example', date: '2026-10-27', messages: 1 }],
          ),
        }),
      ),
    }),
    history: fc.constantFrom(
      { asked: 0, answered: 0, bothYes: 0 },
      { asked: 1000, answered: 950, bothYes: 900 },
    ),
  })
  .map(({ protocol, topics, seed, people, history, limits }) => {
    const candidates: Candidate[] = [];
    const ledger: LedgerTouch[] = [];
    const answered: PlanInput['answered'] = [];
    const open: PlanInput['open'] = [];
    const joinable: JoinableTouch[] = [];
    for (const [index, person] of people.entries()) {
      const contactId = index + 1;
      const { unitId, naics, state, suppressed, preference, hiringAuthority, zone, region, domain } = person;
      const employerId = unitId * 10 + (index % 2);
      candidates.push({
        contactId,
        employerId,
        unitId,
        naics,
        state,
        suppressed,
        preference,
        hiringAuthority,
        zone,
        region,
        domain,
      });
      if (person.joinable) {
        const { day, fromHour, hours, ...touch } = person.joinable;
        const from = new Date(Date.UTC(2026, 9, 26 + day) + fromHour * 3_600_000);
        const to = new Date(from.getTime() + hours * 3_600_000);
        joinable.push({ contactId, invitationId: 1000 + contactId, from, to, ...touch });
        ledger.push({ contactId, unitId, from, to: new Date(to.getTime() - 1), newInvitation: true });
      }
      for (const touch of person.touches) {
        const from = new Date(later(touch.day).getTime() + touch.hour * 3_600_000);
        const to = new Date(from.getTime() + touch.length * 3_600_000);
        ledger.push({ contactId, unitId, from, to, newInvitation: touch.newInvitation });
      }
      for (const credentialId of person.answered) answered.push({ unitId, credentialId });
      for (const id of person.open) {
        open.push({ contactId, topic: { kind: 'credential', credentialId: id } });
        if (id <= 3) open.push({ contactId, topic: { kind: 'meeting', meetingId: id } });
      }
    }
    return aPlanInput({
      protocol,
      topics,
      seed,
      candidates,
      ledger,
      answered,
      open,
      history,
      joinable,
      ...limits,
    });
  });
