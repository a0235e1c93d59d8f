import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarSequence, canRespond, seatFigures, seatsOpenTo } from '../../src/committees/rules.ts';
import type { SeatFacts } from '../../src/committees/types.ts';
import {
  ballotCountsFrom,
  ballotFaults,
  ballotReminderAt,
  latestVersions,
  whyNoVote,
} from '../../src/committees/voting-rules.ts';

const TODAY = '2026-11-21';

function seat(number: number, over: Partial<SeatFacts> = {}): SeatFacts {
  return {
    id: 100 + number,
    number,
    role: 'employer',
    naicsPrefix: null,
    isIndustry: true,
    holderContactId: null,
    termFrom: null,
    termUntil: null,
    ...over,
  };
}

describe('seatsOpenTo', () => {
  const numbers = (seats: SeatFacts[], naicsCode: string | null, role = 'employer') =>
    seatsOpenTo(seats, { role, naicsCode }, TODAY).map((open) => open.number);

  it('offers a seat of the own industry before an open one', () => {
    expect(numbers([seat(1), seat(2, { naicsPrefix: '62' }), seat(3)], '622110')).toEqual([2, 1, 3]);
  });

  it.each([
    ['another industry', seat(1, { naicsPrefix: '23' })],
    ['a seat that is held', seat(1, { holderContactId: 7 })],
    ['another role', seat(1, { role: 'educator' })],
    ['a term that has ended', seat(1, { termUntil: '2026-11-20' })],
  ])('does not offer %s', (_name, one) => {
    expect(numbers([one], '622110')).toEqual([]);
  });

  it('keeps an industry seat from a person whose industry is not known', () => {
    expect(numbers([seat(1, { naicsPrefix: '62' })], null)).toEqual([]);
  });

  it('offers a seat on the last day of its term', () => {
    expect(numbers([seat(1, { termUntil: TODAY })], null)).toEqual([1]);
  });
});

describe('seatFigures', () => {
  it('tells the majority by design from the majority of those who sit', () => {
    const figures = seatFigures(
      [seat(1, { holderContactId: 1 }), seat(2), seat(3), seat(4, { isIndustry: false, holderContactId: 2 })],
      TODAY,
    );
    expect(figures).toMatchObject({
      seats: 4,
      filled: 2,
      industrySeats: 3,
      industryFilled: 1,
      majorityIndustryByDesign: true,
      majorityIndustryNow: false,
    });
  });

  it('has no majority before anybody sits, and half is no majority', () => {
    expect(seatFigures([seat(1), seat(2, { isIndustry: false })], TODAY)).toMatchObject({
      majorityIndustryByDesign: false,
      majorityIndustryNow: null,
    });
  });

  it('shows terms that end within ninety days and terms that have ended', () => {
    const figures = seatFigures(
      [
        seat(1, { holderContactId: 1, termUntil: '2026-11-20' }),
        seat(2, { holderContactId: 2, termUntil: '2026-11-21' }),
        seat(3, { holderContactId: 3, termUntil: '2027-02-19' }),
        seat(4, { holderContactId: 4, termUntil: '2027-02-20' }),
        seat(5, { termUntil: '2026-12-01' }),
      ],
      TODAY,
    );
    expect(figures.ended.map((one) => one.number)).toEqual([1]);
    expect(figures.endingSoon.map((one) => one.number)).toEqual([2, 3]);
  });
});

describe('canRespond', () => {
  const startsAt = new Date('2026-12-03T17:00:00Z');
  it.each([
    ['before it starts', 'scheduled', '2026-12-03T16:59:59Z', { ok: true }],
    ['at the start', 'scheduled', '2026-12-03T17:00:00Z', { ok: false, reason: 'meeting_started' }],
    ['when cancelled', 'cancelled', '2026-11-21T17:00:00Z', { ok: false, reason: 'meeting_cancelled' }],
  ] as const)('%s', (_name, state, now, expected) => {
    expect(canRespond({ state, startsAt }, new Date(now))).toEqual(expected);
  });
});

it('raises the sequence with every change of the meeting or of the answer', () => {
  const change = fc.constantFrom('meeting', 'answer');
  fc.assert(
    fc.property(fc.array(change, { minLength: 1 }), (changes) => {
      let meeting = 0;
      let version = 1;
      let last = calendarSequence(meeting, version);
      expect(last).toBe(0);
      for (const one of changes) {
        if (one === 'meeting') meeting += 1;
        else version += 1;
        const next = calendarSequence(meeting, version);
        expect(next).toBeGreaterThan(last);
        last = next;
      }
    }),
  );
});

describe('a ballot by mail', () => {
  const closesAt = new Date('2026-03-16T23:00:00Z');
  const daysBefore = (days: number) => new Date(closesAt.getTime() - days * 86_400_000);

  it('takes votes from its opening until the moment of its close', () => {
    const last = new Date(closesAt.getTime() - 1);
    expect(whyNoVote({ state: 'open', closesAt }, last)).toBeNull();
    expect(whyNoVote({ state: 'open', closesAt }, closesAt)).toBe('closed');
    expect(whyNoVote({ state: 'proposed', closesAt }, last)).toBe('closed');
    expect(whyNoVote({ state: 'cancelled', closesAt }, last)).toBe('cancelled');
    expect(ballotCountsFrom(closesAt) > closesAt).toBe(true);
  });

  it('reminds three days before the close, and not right after the first mail', () => {
    expect(ballotReminderAt(daysBefore(14), closesAt)).toEqual(daysBefore(3));
    expect(ballotReminderAt(daysBefore(5), closesAt)).toBeNull();
  });

  it('counts the latest version of each voter, and all that staff wrote down', () => {
    const votes = [
      { voterId: 1, version: 2 },
      { voterId: 1, version: 1 },
      { voterId: 2, version: 1 },
      { voterId: null, version: null },
      { voterId: null, version: null },
    ];
    expect(latestVersions(votes)).toEqual([votes[0], votes[2], votes[3], votes[4]]);
  });
});

describe('a vote as it is written down', () => {
  const vote = (seatId: number | null, choice: 'approve' | 'recused' = 'approve', reason = '') => ({
    seatId,
    choice,
    reason,
  });
  const faultsOf = (changes: Partial<Parameters<typeof ballotFaults>[0]>) =>
    ballotFaults(
      { heldOn: TODAY, eligible: 3, quorum: 2, votes: [vote(1), vote(2)], recusedSeatIds: [], ...changes },
      TODAY,
    );

  it.each([
    ['is in order', {}, []],
    ['was held today at the latest', { heldOn: '2026-11-22' }, [{ kind: 'held_in_future' }]],
    ['holds a vote', { votes: [] }, [{ kind: 'nobody_voted' }]],
    [
      'holds no more votes than could be cast',
      { eligible: 1, quorum: 1 },
      [{ kind: 'more_votes_than_eligible' }],
    ],
    ['asks for no more votes than could be cast', { quorum: 4 }, [{ kind: 'quorum_above_eligible' }]],
    [
      'holds no vote of a member who is recused',
      { recusedSeatIds: [2] },
      [{ kind: 'recused_member_voted', index: 1 }],
    ],
    [
      'tells why somebody is recused',
      { votes: [vote(1), vote(2, 'recused', ' ')] },
      [{ kind: 'recused_without_reason', index: 1 }],
    ],
    [
      'takes a recusal of who is recused',
      { recusedSeatIds: [2], votes: [vote(1), vote(2, 'recused', 'Teaches it')] },
      [],
    ],
    ['takes a vote of nobody’s seat', { recusedSeatIds: [2], votes: [vote(1), vote(null)] }, []],
  ])('%s', (_name, changes, faults) => expect(faultsOf(changes)).toEqual(faults));
});
