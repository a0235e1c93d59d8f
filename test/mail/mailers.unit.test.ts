import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createLocalMailer,
  listMailbox,
  mailboxMessageIds,
  readMailboxMessage,
} from '../../src/mail/local-mailbox.ts';
import { createSmtpMailer, smtpError } from '../../src/mail/smtp-mailer.ts';
import { type OutgoingMail, SendError } from '../../src/mail/types.ts';
import { type SinkOptions, startSmtpSink } from '../support/smtp-sink.ts';

const mail: OutgoingMail = {
  messageId: 'm1@mail.agency.example',
  date: new Date('2027-03-01T16:05:00Z'),
  from: { name: 'Workforce Services', address: 'employers@agency.example' },
  to: { name: 'Dana', address: 'dana@bighorn.example' },
  replyTo: { address: 'help@agency.example' },
  subject: 'A question',
  text: 'Hello\n.\n..two\nFrom here\n',
  html: '<p>Hello ñ</p>',
  language: 'en',
  listId: { name: 'Outreach', id: 'outreach.agency.example' },
  unsubscribeUrl: 'https://employers.example/u/abc',
  feedbackId: ['w1', 'agency'],
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function sinkAndMailer(options: SinkOptions = {}, mailer: { socketTimeoutMs?: number } = {}) {
  const sink = await startSmtpSink({ keepSource: true, ...options });
  cleanups.push(sink.close);
  const smtp = createSmtpMailer({ url: sink.url, connections: 2, ...mailer });
  cleanups.push(smtp.close);
  return { sink, smtp };
}

async function failureOf(promise: Promise<unknown>): Promise<SendError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SendError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('SMTP', () => {
  it('hands a message to a real mail server, byte for byte', async () => {
    const received: { from: string; to: string; source: string }[] = [];
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          received.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map((r) => r.address).join(),
            source: Buffer.concat(chunks).toString('utf8'),
          });
          done(null, 'queued as 4RT');
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.server.address() as AddressInfo;
    const smtp = createSmtpMailer({ url: `smtp://127.0.0.1:${port}` });
    cleanups.push(smtp.close);
    await smtp.send({ ...mail, envelopeFrom: 'bounce+1@bounces.agency.example' });
    const { composeMail } = await import('../../src/mail/compose.ts');
    expect(received).toEqual([
      { from: 'bounce+1@bounces.agency.example', to: 'dana@bighorn.example', source: composeMail(mail) },
    ]);
  });

  it('signs both one-click headers with DKIM (E1)', async () => {
    const sink = await startSmtpSink({ keepSource: true });
    cleanups.push(sink.close);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const smtp = createSmtpMailer({
      url: sink.url,
      dkim: {
        domain: 'agency.example',
        selector: 'test',
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      },
    });
    cleanups.push(smtp.close);
    await smtp.send(mail);
    const head = sink.messages[0]?.source.split('\r\n\r\n')[0]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
    const signature = /^DKIM-Signature: (.*)$/im.exec(head)?.[1] ?? '';
    const signed = /\bh=([^;]+)/.exec(signature)?.[1]?.replace(/\s/g, '').toLowerCase().split(':') ?? [];
    expect(signed).toEqual(
      expect.arrayContaining([
        'from',
        'to',
        'subject',
        'message-id',
        'reply-to',
        'list-id',
        'list-unsubscribe',
        'list-unsubscribe-post',
        'auto-submitted',
        'feedback-id',
      ]),
    );
    expect(head.match(/^List-Unsubscribe:/gim)).toHaveLength(1);
    expect(head.match(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/gim)).toHaveLength(1);
  });

  it.each([
    ['550 5.1.1 <dana@bighorn.example> no such user', 'refused', '550 5.1.1'],
    ['450 4.2.1 try later', 'deferred', '450 4.2.1'],
    ['550 nobody', 'refused', '550'],
    ['421 4.7.0 too many for this domain', 'deferred', '421 4.7.0'],
    ['421 4.3.2 shutting down', 'unavailable', '421 4.3.2'],
  ])('sorts the reply %j to a recipient', async (reply, failure, code) => {
    const { smtp } = await sinkAndMailer({ atRecipient: () => reply });
    const error = await failureOf(smtp.send(mail));
    expect(error).toMatchObject({ failure, code, inDoubt: false, permanent: failure === 'refused' });
    expect(`${error.message}${error.stack}`).not.toContain('dana@');
  });

  it.each([
    ['554 5.7.1 blocked', 'refused', '554 5.7.1'],
    ['451 4.3.0 busy', 'deferred', '451 4.3.0'],
  ])('sorts the reply %j to a message, and keeps the connection', async (reply, failure, code) => {
    let refused = 0;
    const { smtp, sink } = await sinkAndMailer({
      atMessage: () => {
        refused += 1;
        return refused === 1 ? reply : undefined;
      },
    });
    expect(await failureOf(smtp.send(mail))).toMatchObject({ failure, code });
    await smtp.send(mail);
    expect(sink.messages).toHaveLength(1);
  });

  it('does not send again by itself when the connection breaks after the message', async () => {
    let attempts = 0;
    const { smtp, sink } = await sinkAndMailer({
      atMessage: () => {
        attempts += 1;
        return attempts === 1 ? 'drop' : undefined;
      },
    });
    expect(await failureOf(smtp.send(mail))).toMatchObject({ failure: 'unavailable', inDoubt: true });
    expect(sink.messages).toHaveLength(1);
  });

  it('gives up on a server that says nothing after the message', async () => {
    const { smtp } = await sinkAndMailer({ atMessage: () => 'hang' }, { socketTimeoutMs: 200 });
    expect(await failureOf(smtp.send(mail))).toMatchObject({ failure: 'unavailable', inDoubt: true });
  });

  it('says so when nobody listens', async () => {
    const sink = await startSmtpSink();
    await sink.close();
    const smtp = createSmtpMailer({ url: sink.url });
    cleanups.push(smtp.close);
    expect(await failureOf(smtp.send(mail))).toMatchObject({ failure: 'unavailable', inDoubt: false });
    expect(await failureOf(smtp.verify())).toMatchObject({ failure: 'unavailable' });
  });

  it('blames a refused sender on the configuration, not on the message', () => {
    const error = smtpError({
      code: 'EENVELOPE',
      command: 'MAIL FROM',
      responseCode: 550,
      response: '550 5.7.1 sender not allowed',
      permanent: true,
    });
    expect(error).toMatchObject({ failure: 'unavailable', code: '550 5.7.1' });
  });
});

describe('the local mailbox', () => {
  async function mailbox() {
    const root = await mkdtemp(join(tmpdir(), 'mailbox-'));
    cleanups.push(() => rm(root, { recursive: true }));
    const folder = join(root, 'mailbox');
    return { folder, mailer: createLocalMailer(folder) };
  }

  it('keeps a message for its owner only and gives it back whole', async () => {
    const { folder, mailer } = await mailbox();
    const { providerId } = await mailer.send({
      ...mail,
      calendar: { method: 'REQUEST', content: 'BEGIN:VCALENDAR', filename: 'invite.ics' },
    });
    const files = await readdir(folder);
    expect(files).toEqual([`${providerId}.eml`]);
    expect((await stat(join(folder, files[0] as string))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const message = await readMailboxMessage(folder, providerId as string);
    expect(message).toMatchObject({
      to: 'Dana <dana@bighorn.example>',
      from: 'Workforce Services <employers@agency.example>',
      subject: 'A question',
      at: mail.date,
    });
    expect(message?.text.trim()).toBe(mail.text.trim());
    expect(message?.html.trim()).toBe(mail.html);
    expect(message?.attachments.map((a) => a.mimeType)).toEqual(['text/calendar', 'application/ics']);
    expect(message?.headers).toContainEqual({
      name: 'List-Unsubscribe-Post',
      value: 'List-Unsubscribe=One-Click',
    });
  });

  it('lists newest first, page by page, each message once', async () => {
    const { folder, mailer } = await mailbox();
    for (let i = 0; i < 7; i += 1) {
      await mailer.send({
        ...mail,
        date: new Date(mail.date.getTime() + i * 1000),
        subject: `Number ${i}`,
      });
    }
    const seen: string[] = [];
    let olderThan: string | null = null;
    do {
      const page = await listMailbox(folder, { limit: 3, olderThan });
      expect(page.total).toBe(7);
      seen.push(...page.messages.map((m) => m.subject));
      olderThan = page.olderThan;
    } while (olderThan);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `Number ${i}`));
    expect(await mailboxMessageIds(folder)).toHaveLength(7);
  });

  it('is empty before the first message, and reads nothing outside its folder', async () => {
    const { folder } = await mailbox();
    expect(await listMailbox(folder)).toEqual({ messages: [], total: 0, olderThan: null });
    expect(await readMailboxMessage(folder, '../../etc/passwd')).toBeNull();
    expect(await readMailboxMessage(folder, '1234567890123-000001-abcdef01')).toBeNull();
  });
});
