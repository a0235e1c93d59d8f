import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideReceipt, type Receipt } from '../../src/delivery/rules.ts';
import { MAIL_EVENT_KINDS } from '../../src/delivery/types.ts';
import { BOUNCE_CLASSES } from '../../src/mail/inbound/classify-bounce.ts';
import { decideWaveSafety, type WaveSafetyFacts } from '../../src/outreach/rules.ts';
import { MESSAGE_STATES, type MessageState } from '../../src/outreach/types.ts';

const receipts: fc.Arbitrary<Receipt> = fc.constantFrom(...MAIL_EVENT_KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    classification: kind === 'bounce' ? fc.constantFrom(...BOUNCE_CLASSES) : fc.constant(null),
  }),
);

const endOf = (list: readonly Receipt[]) =>
  list.reduce<MessageState>((state, receipt) => decideReceipt(receipt, state)?.moveTo ?? state, 'sent');

describe('receipts', () => {
  it.each<[Receipt['kind'], Receipt['classification'], string | null, string | null, string]>([
    ['delivered', null, 'delivered', null, 'moved'],
    ['bounce', 'dead_address', 'bounced', 'bounced', 'moved'],
    ['bounce', 'policy_block', 'bounced', null, 'moved'],
    ['bounce', 'other_permanent', 'bounced', null, 'moved'],
    ['bounce', 'transient', 'bounced', null, 'moved'],
    ['bounce', 'delayed', null, null, 'noted'],
    ['bounce', 'unknown', null, null, 'needs_staff'],
    ['complaint', null, 'complained', 'complained', 'moved'],
    ['not_spam', null, null, null, 'noted'],
    ['auto_reply', null, null, null, 'noted'],
    ['unsubscribe', null, null, 'unsubscribed', 'noted'],
    ['other', null, null, null, 'needs_staff'],
  ])('%s %s moves to %s, suppresses for %s', (kind, classification, moveTo, suppress, outcome) => {
    expect(decideReceipt({ kind, classification }, 'sent')).toEqual({ moveTo, suppress, outcome });
  });

  it('end in the same state in any order and however often each comes', () => {
    fc.assert(
      fc.property(
        fc
          .array(receipts, { maxLength: 6 })
          .chain((list) =>
            fc.tuple(
              fc.constant(list),
              fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
            ),
          ),
        ([list, shuffled]) => {
          expect(endOf(shuffled)).toBe(endOf(list));
        },
      ),
    );
  });

  it('never move a finished state back: delivered clears neither a bounce nor a complaint', () => {
    const delivered: Receipt = { kind: 'delivered', classification: null };
    for (const state of [
      'delivered',
      'bounced',
      'complained',
      'failed',
      'cancelled',
      'suppressed',
    ] as const) {
      expect(decideReceipt(delivered, state)).toMatchObject({ moveTo: null, outcome: 'no_change' });
    }
    expect(
      decideReceipt({ kind: 'bounce', classification: 'dead_address' }, 'complained')?.moveTo,
    ).toBeNull();
  });

  it('wait while the note that the message left is still to come', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        expect(decideReceipt(receipt, 'claimed')).toBeNull();
        expect(decideReceipt(receipt, 'planned')).toBeNull();
      }),
    );
    for (const state of MESSAGE_STATES.filter((each) => each !== 'claimed' && each !== 'planned')) {
      expect(decideReceipt({ kind: 'delivered', classification: null }, state)).not.toBeNull();
    }
  });
});

describe('the safety of a wave', () => {
  const facts = (given: Partial<WaveSafetyFacts>): WaveSafetyFacts => ({
    sent: 1_000,
    delivered: 1_000,
    complaints: 0,
    policyBlocks: 0,
    failuresInARow: 0,
    ...given,
  });
  it.each<[Partial<WaveSafetyFacts>, string, string | null]>([
    [{}, 'fine', null],
    [{ complaints: 3 }, 'pause', 'complaints'],
    [{ complaints: 2 }, 'warn', 'complaints'],
    [{ complaints: 1 }, 'warn', 'complaints'],
    [{ delivered: 1_001, complaints: 1 }, 'fine', null],
    // One complaint among few says nothing; two do.
    [{ delivered: 100, complaints: 1 }, 'fine', null],
    [{ delivered: 499, complaints: 1 }, 'fine', null],
    [{ delivered: 500, complaints: 1 }, 'warn', 'complaints'],
    [{ delivered: 100, complaints: 2 }, 'pause', 'complaints'],
    [{ delivered: 10_000, complaints: 30 }, 'pause', 'complaints'],
    [{ delivered: 10_000, complaints: 29 }, 'warn', 'complaints'],
    [{ sent: 100, delivered: 95, policyBlocks: 5 }, 'pause', 'policy_blocks'],
    [{ sent: 1_000, policyBlocks: 5 }, 'warn', 'policy_blocks'],
    [{ sent: 20, policyBlocks: 4 }, 'warn', 'policy_blocks'],
    [{ failuresInARow: 10 }, 'pause', 'failures'],
    [{ failuresInARow: 9 }, 'fine', null],
  ])('%o: %s %s', (given, verdict, reason) => {
    expect(decideWaveSafety(facts(given))).toEqual({ verdict, reason });
  });
});
