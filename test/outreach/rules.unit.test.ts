import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUSINESS_HOURS } from '../../src/outreach/planner/calendar.ts';
import {
  type ClaimFacts,
  canRefer,
  decideAfterFailure,
  decideAfterLostClaim,
  decideClaim,
  decideSending,
  isDomainDeferral,
  MAX_ATTEMPTS,
  minutesToAnswer,
  nextAttemptAt,
  nextSendTime,
} from '../../src/outreach/rules.ts';

const now = new Date('2027-03-01T17:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

const facts: ClaimFacts = {
  id: 7,
  kind: 'invitation',
  stream: 'outreach',
  notAfter: later(60),
  contactState: 'active',
  suppressedFor: null,
  preference: null,
  invitationState: 'open',
  invited: false,
  budget: { fits: true },
  day: { fits: true },
};

describe('decideClaim', () => {
  it.each<[string, Partial<ClaimFacts>, ReturnType<typeof decideClaim>]>([
    ['an invitation in time', {}, { claim: true }],
    [
      'a reminder to who has begun',
      { kind: 'reminder', invited: true, invitationState: 'started' },
      { claim: true },
    ],
    ['one that is late', { notAfter: now }, { claim: false, state: 'expired', reason: 'too_late' }],
    [
      'one to who said stop',
      { suppressedFor: 'unsubscribed' },
      { claim: false, state: 'suppressed', reason: 'suppressed' },
    ],
    [
      'one to who left',
      { contactState: 'left' },
      { claim: false, state: 'cancelled', reason: 'left_employer' },
    ],
    [
      'a reminder after the answer',
      { kind: 'reminder', invited: true, invitationState: 'answered' },
      { claim: false, state: 'cancelled', reason: 'answered' },
    ],
    [
      'a reminder of what never went out',
      { kind: 'reminder', invited: false },
      { claim: false, state: 'cancelled', reason: 'not_invited' },
    ],
    [
      'one over budget that fits later',
      { budget: { fits: false, reason: 'contact_budget_person', fitsAt: later(30) } },
      { claim: false, state: 'planned', reason: 'contact_budget_person', sendAfter: later(30) },
    ],
    [
      'one over budget until it is late',
      { budget: { fits: false, reason: 'contact_budget_employer', fitsAt: later(60) } },
      { claim: false, state: 'expired', reason: 'contact_budget_employer' },
    ],
    [
      'one of a day that is full and a later one that is not',
      {
        day: {
          fits: false,
          reason: 'warm_up',
          window: { day: 20_514, start: +later(500), end: +later(900) },
        },
      },
      {
        claim: false,
        state: 'planned',
        reason: 'warm_up',
        sendAfter: later(565.4),
        moved: { day: 20_514, notAfter: later(900) },
      },
    ],
    [
      'one that no day has room for',
      { day: { fits: false, reason: 'capacity', window: null } },
      { claim: false, state: 'expired', reason: 'capacity' },
    ],
    [
      'a receipt to who said stop',
      {
        kind: 'receipt',
        stream: 'transactional',
        suppressedFor: 'unsubscribed',
        invitationState: 'answered',
      },
      { claim: true },
    ],
    [
      'a receipt to a dead address',
      { kind: 'receipt', stream: 'transactional', suppressedFor: 'bounced' },
      { claim: false, state: 'suppressed', reason: 'suppressed' },
    ],
  ])('%s', (_name, changes, expected) => {
    expect(decideClaim({ ...facts, ...changes }, now)).toEqual(expected);
  });
});

describe('decideAfterFailure', () => {
  const message = { id: 7, attempts: 1 };

  it('ends what is refused and tries what is put off later', () => {
    expect(decideAfterFailure({ failure: 'refused', code: '550', inDoubt: false }, message, now)).toEqual({
      state: 'failed',
      reason: '550',
    });
    const put = decideAfterFailure({ failure: 'deferred', code: '451', inDoubt: false }, message, now);
    expect(put).toMatchObject({ state: 'planned', countAttempt: true });
    const last = { id: 7, attempts: MAX_ATTEMPTS };
    expect(decideAfterFailure({ failure: 'deferred', code: '451', inDoubt: false }, last, now).state).toBe(
      'failed',
    );
  });

  it('does not count a try that cannot have left, and asks a person after three that may have', () => {
    const down = { failure: 'unavailable' as const, code: 'ESOCKET', inDoubt: false };
    expect(decideAfterFailure(down, { id: 7, attempts: 99 }, now)).toEqual({
      state: 'planned',
      reason: 'ESOCKET',
      sendAfter: null,
      countAttempt: false,
    });
    const broke = { failure: 'unavailable' as const, code: 'ECONNECTION', inDoubt: true };
    expect(decideAfterFailure(broke, { id: 7, attempts: 2 }, now).state).toBe('planned');
    expect(decideAfterFailure(broke, { id: 7, attempts: 3 }, now).state).toBe('uncertain');
    expect(decideAfterLostClaim({ handed: true, attempts: 3 })).toBe('uncertain');
    expect(decideAfterLostClaim({ handed: false, attempts: 3 })).toBe('planned');
  });
});

describe('nextAttemptAt', () => {
  it('waits longer each time, spread by a fifth, the same for the same facts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1e9 }), (attempts, id) => {
        const at = nextAttemptAt(now, attempts, id).getTime() - now.getTime();
        expect(nextAttemptAt(now, attempts, id).getTime() - now.getTime()).toBe(at);
        const minutes = [1, 5, 15, 30, 60, 120, 240][Math.min(attempts, 7) - 1]!;
        expect(at).toBeGreaterThanOrEqual(minutes * 60_000 * 0.9);
        expect(at).toBeLessThanOrEqual(minutes * 60_000 * 1.1);
      }),
    );
  });
});

describe('canRefer', () => {
  const open = { isReferral: false, referrals: 0, expiresAt: later(60), waveOpen: true };
  it('allows three colleagues, one level deep, while the wave is open', () => {
    expect(canRefer(open, now)).toEqual({ ok: true });
    expect(canRefer({ ...open, referrals: 3 }, now)).toEqual({ ok: false, reason: 'referral_limit' });
    expect(canRefer({ ...open, isReferral: true }, now)).toEqual({
      ok: false,
      reason: 'referral_of_referral',
    });
    expect(canRefer({ ...open, expiresAt: now }, now)).toEqual({ ok: false, reason: 'invitation_closed' });
    expect(canRefer({ ...open, waveOpen: false }, now)).toEqual({ ok: false, reason: 'invitation_closed' });
  });
});

describe('nextSendTime', () => {
  it('is now within the hours, the next morning after them, and nothing once it is over', () => {
    const monday = new Date('2027-03-01T17:00:00Z');
    const week = new Date('2027-03-08T17:00:00Z');
    expect(nextSendTime(BUSINESS_HOURS, 'America/Denver', monday, week)).toEqual(monday);
    const evening = new Date('2027-03-06T03:00:00Z');
    expect(nextSendTime(BUSINESS_HOURS, 'America/Denver', evening, week)).toEqual(
      new Date('2027-03-08T15:30:00Z'),
    );
    expect(
      nextSendTime(BUSINESS_HOURS, 'America/Denver', evening, new Date('2027-03-07T00:00:00Z')),
    ).toBeNull();
  });
});

it('promises no less than a careful reader needs', () => {
  expect([
    minutesToAnswer(1, 0),
    minutesToAnswer(3, 0),
    minutesToAnswer(3, 1),
    minutesToAnswer(0, 1),
  ]).toEqual([2, 3, 4, 1]);
});

describe('whether a database may send', () => {
  const stored = { installationId: 'a', epoch: 7, locked: false };
  it.each([
    ['nothing is known anywhere', null, null, null],
    ['a new machine', stored, null, null],
    ['the same number', stored, { installationId: 'a', epoch: 7 }, null],
    ['other machines sent since', stored, { installationId: 'a', epoch: 3 }, null],
    ['an older copy', stored, { installationId: 'a', epoch: 8 }, 'older_copy'],
    ['another installation', stored, { installationId: 'b', epoch: 1 }, 'other_installation'],
    ['an empty database beside an old folder', null, { installationId: 'a', epoch: 1 }, 'other_installation'],
    ['locked, whatever is known', { ...stored, locked: true }, { installationId: 'a', epoch: 8 }, 'locked'],
    ['locked, on a new machine', { ...stored, locked: true }, null, 'locked'],
  ] as const)('%s', (_case, database, file, reason) => {
    expect(decideSending(database, file)).toEqual(reason ? { locked: true, reason } : { locked: false });
  });
});

describe('a reply that puts off', () => {
  it.each([
    ['421', true],
    ['421 4.3.2', true],
    ['421 4.7.0', true],
    ['451 4.7.1', true],
    ['450 4.7.650', true],
    ['450 4.2.2', false],
    ['452', false],
    ['4210', false],
    ['550 5.7.1', false],
  ])('%s speaks of the whole domain: %s', (code, speaks) => {
    expect(isDomainDeferral(code)).toBe(speaks);
  });
});

it('a message that may have left is left uncertain by whatever keeps it from going again', () => {
  for (const over of [
    { notAfter: now },
    { suppressedFor: 'unsubscribed' },
    { contactState: 'left' },
    { invitationState: 'answered' },
  ] satisfies Partial<ClaimFacts>[]) {
    const before = decideClaim({ ...facts, ...over }, now);
    expect(before).toMatchObject({ claim: false });
    expect(decideClaim({ ...facts, ...over, mayHaveLeft: true }, now)).toEqual({
      ...before,
      state: 'uncertain',
    });
  }
});
