import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAmazonUrl } from '../../src/delivery/providers/ses.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave, makeWorld } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { fakeSendGrid, fakeSns } from './signing.ts';

const TOPIC = 'arn:aws:sns:us-west-2:123456789012:mail';
const PASSWORD = 'postmark:a-long-enough-password';
const sns = fakeSns();
const sendgrid = fakeSendGrid();
/** What was asked of the network. */
const fetched: string[] = [];

let test: TestApp;
let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink({ keepSource: true });
  test = await createTestApp({
    settings: {
      SMTP_URL: sink.url,
      SES_TOPIC_ARNS: `${TOPIC}, arn:aws:sns:us-west-2:123456789012:other`,
      SENDGRID_WEBHOOK_KEY: sendgrid.publicKey,
      POSTMARK_WEBHOOK_AUTH: PASSWORD,
    },
    fetchText: async (url) => {
      fetched.push(url);
      return url.endsWith('.pem') ? sns.certificate : 'confirmed';
    },
  });
});
afterAll(async () => {
  await test?.close();
  await sink?.close();
});

type Message = { id: number; provider_id: string | null; message_id: string; correlation: string };

async function sentMessages(contacts: number): Promise<Message[]> {
  const world = await makeWorld(test.deps, { contacts, credentials: 1 });
  const waveId = await launchWave(test.deps, world);
  await sendDueMessages(test.deps);
  const rows = await test.deps.db.execute<Omit<Message, 'correlation'>>(
    sql`select id, provider_id, message_id from messages where wave_id = ${waveId} and state = 'sent' order by id`,
  );
  return rows.map((row) => ({ ...row, correlation: row.message_id.split('@')[0]! }));
}

async function stateOf(messageId: number): Promise<string> {
  const [row] = await test.deps.db.execute<{ state: string }>(
    sql`select state from messages where id = ${messageId}`,
  );
  return row!.state;
}

const countEvents = async () =>
  (await test.deps.db.execute<{ n: number }>(sql`select count(*)::int as n from mail_events`))[0]!.n;

async function lastEvent() {
  const [row] = await test.deps.db.execute<{
    kind: string;
    classification: string | null;
    outcome: string | null;
  }>(sql`select kind, classification, outcome from mail_events order by id desc limit 1`);
  return [row!.kind, row!.classification, row!.outcome];
}

const flipped = (raw: string, at = Math.floor(raw.length / 2)) =>
  raw.slice(0, at) + (raw[at] === 'a' ? 'b' : 'a') + raw.slice(at + 1);

let snsIds = 0;
function snsMessage(message: unknown, more: Record<string, string> = {}) {
  snsIds += 1;
  const body = {
    Type: 'Notification',
    MessageId: `00000000-0000-4000-8000-${String(snsIds).padStart(12, '0')}`,
    TopicArn: TOPIC,
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: test.clock.now().toISOString(),
    SignatureVersion: '2',
    Signature: '',
    SigningCertURL: sns.certificateUrl,
    ...more,
  };
  return { ...body, Signature: sns.sign(body) };
}

const postSes = async (body: unknown) =>
  test.app.inject({
    method: 'POST',
    url: '/hooks/ses',
    // SNS says text/plain.
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

const postSendGrid = async (events: unknown, at = test.clock.now()) => {
  const raw = JSON.stringify(events);
  const headers = sendgrid.headers(String(Math.floor(at.getTime() / 1000)), raw);
  return test.app.inject({ method: 'POST', url: '/hooks/sendgrid', headers, payload: raw });
};

const postPostmark = async (event: unknown, auth = PASSWORD) =>
  test.app.inject({
    method: 'POST',
    url: '/hooks/postmark',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(auth).toString('base64')}`,
    },
    payload: typeof event === 'string' ? event : JSON.stringify(event),
  });

describe('mails to providers that report', () => {
  it('carry the id by which they are named', async () => {
    const from = sink.messages.length;
    const [message] = await sentMessages(1);
    const { source } = sink.messages[from]!;
    expect(source).toContain(`X-SES-MESSAGE-TAGS: countersign=${message!.correlation}`);
    expect(source.replace(/\r\n /g, '')).toContain(`"countersign":"${message!.correlation}"`);
    expect(source).toMatch(new RegExp(`^X-PM-Metadata-countersign: ${message!.correlation}\r$`, 'm'));
    expect(source).toMatch(/^X-PM-KeepID: true\r$/m);
  });
});

describe('/hooks/ses', () => {
  const bounce = (message: Message, type: string, subType: string, recipient: object = {}) => ({
    notificationType: 'Bounce',
    mail: { messageId: message.provider_id ?? 'none', tags: { countersign: [message.correlation] } },
    bounce: {
      bounceType: type,
      bounceSubType: subType,
      bouncedRecipients: [{ emailAddress: 'x@employer.example', ...recipient }],
      timestamp: '2026-03-02T16:00:00.000Z',
    },
  });

  it('tells kinds of bounces and complaints apart, in both shapes', async () => {
    const messages = await sentMessages(9);
    const complaint = (message: Message, type: string | null) => ({
      eventType: 'Complaint',
      mail: { messageId: 'ses-id', tags: { countersign: [message.correlation] } },
      complaint: {
        complaintFeedbackType: type,
        complainedRecipients: [{ emailAddress: 'x@employer.example' }],
      },
    });
    const m = (i: number) => messages[i]!;
    const cases: [object, (string | null)[]][] = [
      [
        bounce(m(0), 'Permanent', 'General', { action: 'failed', status: '5.1.1' }),
        ['bounce', 'dead_address', 'moved'],
      ],
      [
        bounce(m(1), 'Permanent', 'General', { status: '5.7.1', diagnosticCode: 'smtp; 550 5.1.1 quoted' }),
        ['bounce', 'policy_block', 'moved'],
      ],
      [bounce(m(2), 'Transient', 'MailboxFull'), ['bounce', 'transient', 'moved']],
      [bounce(m(3), 'Transient', 'General'), ['bounce', 'delayed', 'noted']],
      [bounce(m(4), 'Undetermined', 'Undetermined'), ['bounce', 'unknown', 'needs_staff']],
      [complaint(m(5), 'abuse'), ['complaint', null, 'moved']],
      [complaint(m(6), 'not-spam'), ['not_spam', null, 'noted']],
      [{ ...bounce(m(7), '', ''), notificationType: 'Delivery', delivery: {} }, ['delivered', null, 'moved']],
      [{ ...bounce(m(8), '', ''), notificationType: 'Something new' }, ['other', null, 'needs_staff']],
    ];
    for (const [body, expected] of cases) {
      expect((await postSes(snsMessage(body))).statusCode).toBe(200);
      expect(await lastEvent()).toEqual(expected);
    }
  });

  it('keeps one row of the same notification, and none of opens and clicks', async () => {
    const [message] = await sentMessages(1);
    const body = snsMessage(bounce(message!, 'Permanent', 'NoEmail'));
    const before = await countEvents();
    for (let i = 0; i < 3; i += 1) expect((await postSes(body)).statusCode).toBe(200);
    const open = { eventType: 'Open', mail: { messageId: 'x' } };
    expect((await postSes(snsMessage(open))).statusCode).toBe(200);
    expect(await countEvents()).toBe(before + 1);
    expect(await stateOf(message!.id)).toBe('bounced');
  });

  it('finds the message by the id that SES gave it', async () => {
    const [message] = await sentMessages(1);
    await test.deps.db.execute(sql`update messages set provider_id = 'ses-0001' where id = ${message!.id}`);
    const body = {
      notificationType: 'Delivery',
      mail: { messageId: 'ses-0001' },
      delivery: { recipients: [] },
    };
    expect((await postSes(snsMessage(body))).statusCode).toBe(200);
    expect(await stateOf(message!.id)).toBe('delivered');
  });

  it('takes a notification that comes late, after an outage, and keeps what it cannot read for staff', async () => {
    const [message] = await sentMessages(1);
    const late = snsMessage(bounce(message!, 'Permanent', 'NoEmail'));
    test.clock.advance(6 * 3_600_000);
    expect((await postSes(late)).statusCode).toBe(200);
    expect(await stateOf(message!.id)).toBe('bounced');
    expect((await postSes(snsMessage('Successfully validated SNS topic'))).statusCode).toBe(200);
    expect((await lastEvent())[0]).toBe('other');
  });

  it('refuses whatever is not proven, and writes nothing', async () => {
    const [message] = await sentMessages(1);
    const notification = bounce(message!, 'Permanent', 'NoEmail');
    const good = snsMessage(notification);
    const stranger = fakeSns();
    const resigned = { ...good, Signature: stranger.sign(good) };
    const bad: unknown[] = [
      { ...good, Message: flipped(good.Message) },
      { ...good, Signature: flipped(good.Signature) },
      { ...good, MessageId: flipped(good.MessageId) },
      { ...good, Timestamp: '2026-03-02T16:00:00.001Z' },
      { ...good, Subject: 'added' },
      { ...good, Signature: '' },
      resigned,
      snsMessage(notification, { TopicArn: 'arn:aws:sns:us-west-2:999999999999:mail' }),
      snsMessage(notification, { SignatureVersion: '1' }),
      snsMessage(notification, { SigningCertURL: 'https://sns.us-west-2.amazonaws.com.evil.example/x.pem' }),
      snsMessage(notification, { SigningCertURL: 'http://sns.us-west-2.amazonaws.com/x.pem' }),
      snsMessage(notification, { SigningCertURL: 'https://evil.example/sns.us-west-2.amazonaws.com/x.pem' }),
      'not json',
      '',
      '[]',
    ];
    const before = await countEvents();
    for (const body of bad) {
      const response = await postSes(body);
      expect([response.statusCode, JSON.stringify(body).slice(0, 60)]).toEqual([403, expect.anything()]);
    }
    expect(await countEvents()).toBe(before);
    expect(await stateOf(message!.id)).toBe('sent');
    expect(fetched.filter((url) => url.includes('evil') || url.startsWith('http:'))).toEqual([]);
  });

  it('confirms a fresh subscription to a topic of ours at Amazon, and nowhere else', async () => {
    const subscribe = (url: string, more: Record<string, string> = {}) =>
      snsMessage('You have chosen to subscribe', {
        Type: 'SubscriptionConfirmation',
        Token: 'token',
        SubscribeURL: url,
        ...more,
      });
    const from = fetched.length;
    const url = 'https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=token';
    for (const body of [
      subscribe('https://sns.us-west-2.amazonaws.com.evil.example/?x'),
      subscribe('http://169.254.169.254/latest/meta-data'),
      subscribe(url, { Timestamp: new Date(test.clock.now().getTime() - 6 * 60_000).toISOString() }),
      { ...subscribe(url), SubscribeURL: `${url}2` },
      subscribe(url, { TopicArn: 'arn:aws:sns:us-west-2:1:evil' }),
    ]) {
      expect((await postSes(body)).statusCode).toBe(403);
    }
    expect(fetched.slice(from)).toEqual([]);
    expect((await postSes(subscribe(url))).statusCode).toBe(200);
    expect(fetched.slice(from)).toEqual([url]);
  });

  it.each([
    ['https://sns.us-west-2.amazonaws.com/a.pem', true],
    ['https://sns.cn-north-1.amazonaws.com.cn/a.pem', true],
    ['https://sns.us-west-2.amazonaws.com:8443/a.pem', false],
    ['https://user@sns.us-west-2.amazonaws.com/a.pem', false],
    ['https://s3.us-west-2.amazonaws.com/a.pem', false],
    ['https://sns.evil.example/amazonaws.com/a.pem', false],
    ['https://sns.us-west-2.amazonaws.com.evil.example/a.pem', false],
    ['https://xsns.us-west-2.amazonaws.com/a.pem', false],
    ['file:///etc/passwd', false],
    ['', false],
  ])('%s is of Amazon: %s', (url, expected) => {
    expect(isAmazonUrl(url)).toBe(expected);
  });
});

describe('/hooks/sendgrid', () => {
  let ids = 0;
  const event = (message: Message, more: object) => ({
    email: 'x@employer.example',
    timestamp: 1_772_467_200,
    countersign: message.correlation,
    'smtp-id': `<${message.message_id}>`,
    sg_event_id: `sg-${++ids}`,
    sg_message_id: 'sg.message',
    ...more,
  });

  it('takes a batch, tells kinds apart and keeps each event once', async () => {
    const messages = await sentMessages(9);
    const m = (i: number) => messages[i]!;
    const batch = [
      event(m(0), { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 unknown' }),
      event(m(1), { event: 'bounce', type: 'blocked', status: '5.1.1', reason: '550 blocked' }),
      event(m(2), { event: 'deferred', response: '421 try later' }),
      event(m(3), { event: 'delivered' }),
      event(m(4), { event: 'spamreport' }),
      event(m(5), { event: 'dropped', reason: 'Bounced Address' }),
      event(m(6), { event: 'unsubscribe' }),
      { ...event(m(7), { event: 'delivered' }), countersign: undefined },
      event(m(8), { event: 'something_new' }),
      event(m(8), { event: 'open' }),
    ];
    const before = await countEvents();
    expect((await postSendGrid(batch)).statusCode).toBe(200);
    expect((await postSendGrid(batch)).statusCode).toBe(200);
    expect(await countEvents()).toBe(before + 9);
    expect(await Promise.all(messages.map((message) => stateOf(message.id)))).toEqual([
      'bounced',
      'bounced',
      'sent',
      'delivered',
      'complained',
      'bounced',
      'sent',
      'delivered',
      'sent',
    ]);
    const suppressed = await test.deps.db.execute<{ id: number }>(sql`
      select m.id from messages m join unsubscribe_links l on l.contact_id = m.contact_id
      join suppressions s on s.address_hash = l.address_hash and s.lifted_at is null
      where m.id = any(${sql.param(messages.map(({ id }) => id))}::bigint[]) order by m.id`);
    expect(suppressed.map((row) => row.id)).toEqual([m(0), m(4), m(5), m(6)].map(({ id }) => id));
  });

  it('refuses what is not signed, signed otherwise, or old, and writes nothing', async () => {
    const [message] = await sentMessages(1);
    const raw = JSON.stringify([event(message!, { event: 'spamreport' })]);
    const now = String(Math.floor(test.clock.now().getTime() / 1000));
    const good = sendgrid.headers(now, raw);
    const name = 'x-twilio-email-event-webhook-signature';
    const requests: [Record<string, string>, string][] = [
      [good, flipped(raw)],
      [good, `${raw} `],
      [{ ...good, [name]: flipped(good[name]!) }, raw],
      [{ ...good, 'x-twilio-email-event-webhook-timestamp': String(Number(now) + 1) }, raw],
      [fakeSendGrid().headers(now, raw), raw],
      [sendgrid.headers(String(Number(now) - 301), raw), raw],
      [sendgrid.headers(String(Number(now) + 301), raw), raw],
      [{ 'content-type': 'application/json' }, raw],
    ];
    const before = await countEvents();
    for (const [headers, payload] of requests) {
      const response = await test.app.inject({ method: 'POST', url: '/hooks/sendgrid', headers, payload });
      expect(response.statusCode).toBe(403);
    }
    expect(await countEvents()).toBe(before);
    expect(await stateOf(message!.id)).toBe('sent');
  });

  it('answers 200 to what is genuine and unreadable, and keeps it for staff', async () => {
    expect((await postSendGrid({ not: 'a list' })).statusCode).toBe(200);
    expect(await lastEvent()).toEqual(['other', null, null]);
  });
});

describe('/hooks/postmark', () => {
  const record = (message: Message, more: object) => ({
    MessageID: `pm-${message.id}`,
    Metadata: { countersign: message.correlation },
    Email: 'x@employer.example',
    BouncedAt: '2026-03-02T16:00:00Z',
    ...more,
  });

  it('tells kinds apart and keeps each event once', async () => {
    const cases: [object, string, (string | null)[]][] = [
      [{ RecordType: 'Bounce', ID: 1, Type: 'HardBounce' }, 'bounced', ['bounce', 'dead_address', 'moved']],
      [{ RecordType: 'Bounce', ID: 2, Type: 'Blocked' }, 'bounced', ['bounce', 'policy_block', 'moved']],
      [{ RecordType: 'Bounce', ID: 3, Type: 'Transient' }, 'sent', ['bounce', 'delayed', 'noted']],
      [{ RecordType: 'Bounce', ID: 4, Type: 'AutoResponder' }, 'sent', ['auto_reply', null, 'noted']],
      [{ RecordType: 'SpamComplaint', ID: 5 }, 'complained', ['complaint', null, 'moved']],
      [
        { RecordType: 'Delivery', DeliveredAt: '2026-03-02T16:00:01Z' },
        'delivered',
        ['delivered', null, 'moved'],
      ],
      [
        { RecordType: 'SubscriptionChange', SuppressSending: true, SuppressionReason: 'ManualSuppression' },
        'sent',
        ['unsubscribe', null, 'noted'],
      ],
      [{ RecordType: 'Something new' }, 'sent', ['other', null, 'needs_staff']],
    ];
    const messages = await sentMessages(cases.length);
    const before = await countEvents();
    for (const [i, [more, state, expected]] of cases.entries()) {
      const body = record(messages[i]!, more);
      expect((await postPostmark(body)).statusCode).toBe(200);
      expect(await lastEvent()).toEqual(expected);
      expect(await stateOf(messages[i]!.id)).toBe(state);
      expect((await postPostmark(body)).statusCode).toBe(200);
    }
    expect(await countEvents()).toBe(before + cases.length);
  });

  it('refuses a wrong password, and writes nothing', async () => {
    const [message] = await sentMessages(1);
    const before = await countEvents();
    for (const auth of [flipped(PASSWORD), '', 'postmark:', `${PASSWORD}x`]) {
      expect(
        (await postPostmark(record(message!, { RecordType: 'SpamComplaint', ID: 9 }), auth)).statusCode,
      ).toBe(401);
    }
    const bare = await test.app.inject({ method: 'POST', url: '/hooks/postmark', payload: '{}' });
    expect(bare.statusCode).toBe(401);
    expect(await countEvents()).toBe(before);
  });
});

describe('hooks of providers that are not configured', () => {
  it('are not there', async () => {
    const plain = await createTestApp();
    try {
      for (const url of ['/hooks/ses', '/hooks/sendgrid', '/hooks/postmark']) {
        const response = await plain.app.inject({ method: 'POST', url, payload: '{}' });
        expect(response.statusCode).toBe(404);
      }
    } finally {
      await plain.close();
    }
  });
});
