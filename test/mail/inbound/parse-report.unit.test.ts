import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bounceAddress,
  isComplaintsAddress,
  readBounceAddress,
} from '../../../src/mail/inbound/bounce-address.ts';
import { type BounceClass, classifyBounce } from '../../../src/mail/inbound/classify-bounce.ts';
import { parseReport, statusFor } from '../../../src/mail/inbound/parse-report.ts';
import { AUTO_REPLIES, arf, BOUNCES, ORIGINAL_MESSAGE_ID, UNKNOWN } from './report-samples.ts';

async function classes(raw: Buffer): Promise<BounceClass[]> {
  const report = await parseReport(raw);
  if (report.kind !== 'delivery_status') throw new Error(report.kind);
  return report.recipients.map(classifyBounce);
}

describe('delivery status notifications', () => {
  const expected: [keyof typeof BOUNCES, BounceClass][] = [
    ['rfcMailboxDoesNotExist', 'other_permanent'],
    ['rfcDelayed', 'delayed'],
    ['postfixUserUnknown', 'dead_address'],
    ['postfixBlocked', 'policy_block'],
    ['postfixExpired', 'transient'],
    ['postfixNoRoute', 'dead_address'],
    ['postfixMailboxFull', 'other_permanent'],
    ['exchangeNotFound', 'dead_address'],
    ['exchangeRestricted', 'policy_block'],
    ['exchangeSenderBanned', 'policy_block'],
    ['gmailNoSuchUser', 'dead_address'],
    ['gmailUnauthenticated', 'policy_block'],
    ['gmailAccountDisabled', 'dead_address'],
    ['proofpointUserUnknown', 'dead_address'],
    ['proofpointBlocked', 'policy_block'],
  ];
  it.each(expected)('%s is %s', async (name, bounceClass) => {
    expect(await classes(BOUNCES[name])).toEqual([bounceClass]);
  });

  it('tell each recipient of one report apart', async () => {
    const report = await parseReport(BOUNCES.rfcThreeFates);
    if (report.kind !== 'delivery_status') throw new Error(report.kind);
    expect(report.recipients.map(({ action, status }) => [action, status])).toEqual([
      ['failed', '5.1.1'],
      ['delayed', '4.0.0'],
      ['delivered', '2.1.5'],
    ]);
    expect(report.recipients.map(classifyBounce).slice(0, 2)).toEqual(['dead_address', 'delayed']);
    expect(statusFor(report.recipients, 'JohnH@hpnjld.example')?.action).toBe('delayed');
    expect(statusFor(report.recipients, 'someone.else@firm.example')).toBeNull();
    expect(statusFor(report.recipients.slice(0, 1), 'forwarded@elsewhere.example')?.action).toBe('failed');
  });

  it('name themselves and the mail that they are about, also when only its head is quoted', async () => {
    for (const raw of [BOUNCES.postfixUserUnknown, BOUNCES.gmailNoSuchUser]) {
      expect(await parseReport(raw)).toMatchObject({
        reportId: 'report-1@reporting.example',
        originalMessageId: ORIGINAL_MESSAGE_ID,
      });
    }
  });
});

describe('classes', () => {
  it.each<[string | null, string | null, string | null, BounceClass]>([
    ['failed', '5.1.1', null, 'dead_address'],
    ['failed', '5.1.10', null, 'dead_address'],
    ['failed', '5.2.1', null, 'dead_address'],
    ['failed', '5.4.4', null, 'dead_address'],
    ['failed', '5.4.1', null, 'other_permanent'],
    ['failed', '5.7.1', 'smtp; 550 5.1.1 user unknown', 'policy_block'],
    ['failed', '5.7.515', null, 'policy_block'],
    ['failed', '5.1.8', null, 'policy_block'],
    ['failed', '5.0.0', 'smtp; 550 5.1.1 user unknown', 'dead_address'],
    ['failed', '5.0.0', 'smtp; 550 no such user', 'other_permanent'],
    ['failed', '5.0.0', 'x-unix; exit 67, not smtp; 550 5.1.1', 'other_permanent'],
    ['failed', '5.3.4', null, 'other_permanent'],
    ['failed', '4.4.7', null, 'transient'],
    ['delayed', '4.4.1', null, 'delayed'],
    ['delayed', '5.1.1', null, 'delayed'],
    ['failed', '2.0.0', null, 'unknown'],
    ['failed', null, null, 'unknown'],
    ['failed', 'no status at all', null, 'unknown'],
    ['relayed', '5.1.1', null, 'unknown'],
    [null, '5.1.1', null, 'dead_address'],
    [null, '4.2.0', null, 'delayed'],
  ])('%s %s %s is %s', (action, status, diagnostic, bounceClass) => {
    expect(classifyBounce({ action, status, diagnostic })).toBe(bounceClass);
  });
});

describe('other mails', () => {
  it('are feedback reports by their part', async () => {
    expect(await parseReport(arf())).toMatchObject({
      kind: 'feedback',
      feedbackType: 'abuse',
      originalMailFrom: 'bounce+1-00@bounces.ask.example',
      originalMessageId: ORIGINAL_MESSAGE_ID,
    });
    expect(await parseReport(arf({ type: 'not-spam' }))).toMatchObject({ feedbackType: 'not-spam' });
  });

  it.each(Object.keys(AUTO_REPLIES))('automatic reply: %s', async (name) => {
    expect((await parseReport(AUTO_REPLIES[name as keyof typeof AUTO_REPLIES])).kind).toBe('auto_reply');
  });

  it.each(Object.keys(UNKNOWN))('unknown, whatever its text says: %s', async (name) => {
    expect((await parseReport(UNKNOWN[name as keyof typeof UNKNOWN])).kind).toBe('unknown');
  });

  it('never throw, whatever arrives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await parseReport(bytes);
      }),
      { numRuns: 300 },
    );
    const whole = BOUNCES.postfixUserUnknown;
    for (let cut = 0; cut < whole.length; cut += 97) await parseReport(whole.subarray(0, cut));
  });
});

describe('bounce addresses', () => {
  const key = Buffer.alloc(32, 7);
  const domain = 'bounces.ask.example';

  it('stand for one message and fit a mail address', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
        const address = bounceAddress(key, id, domain);
        expect(address.indexOf('@')).toBeLessThanOrEqual(64);
        expect(readBounceAddress(key, address, domain)).toBe(id);
        expect(readBounceAddress(key, address.toUpperCase(), domain)).toBe(id);
      }),
    );
  });

  it('cannot be made up, moved to another message, or used at another installation', () => {
    const address = bounceAddress(key, 42, domain);
    expect(readBounceAddress(Buffer.alloc(32, 8), address, domain)).toBeNull();
    expect(readBounceAddress(key, address.replace('+16-', '+17-'), domain)).toBeNull();
    expect(readBounceAddress(key, address, 'other.example')).toBeNull();
    for (let at = 'bounce+16-'.length; at < address.indexOf('@'); at += 1) {
      const flipped = `${address.slice(0, at)}${address[at] === '0' ? '1' : '0'}${address.slice(at + 1)}`;
      expect(readBounceAddress(key, flipped, domain)).toBeNull();
    }
    for (const other of ['', '@', 'bounce@bounces.ask.example', `bounce+16-@${domain}`, `x${address}`]) {
      expect(readBounceAddress(key, other, domain)).toBeNull();
    }
  });

  it('know the address for feedback reports', () => {
    expect(isComplaintsAddress('Complaints@Bounces.ask.example', domain)).toBe(true);
    expect(isComplaintsAddress('complaints@ask.example', domain)).toBe(false);
  });
});
