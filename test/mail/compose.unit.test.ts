import fc from 'fast-check';
import MimeNode from 'nodemailer/lib/mime-node';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { composeMail, isSendableAddress } from '../../src/mail/compose.ts';
import { encodeQuotedPrintable } from '../../src/mail/quoted-printable.ts';
import type { OutgoingMail } from '../../src/mail/types.ts';

const mail: OutgoingMail = {
  messageId: 'a1b2c3@mail.agency.example',
  date: new Date('2027-03-01T16:05:00Z'),
  from: { name: 'Workforce Services', address: 'employers@agency.example' },
  to: { name: 'Dana Whitcomb', address: 'dana@bighorn.example' },
  replyTo: { address: 'help@agency.example' },
  subject: 'A question',
  text: 'Hello\n',
  html: '<p>Hello</p>',
  language: 'en',
  listId: { name: 'Outreach', id: 'outreach.agency.example' },
  unsubscribeUrl: 'https://employers.example/u/abc_DEF-123',
  feedbackId: ['w17', 'outreach', 'agency'],
};

describe('composeMail', () => {
  it('writes the headers that outreach needs (E1, E13)', () => {
    const head = composeMail(mail).split('\r\n\r\n')[0];
    expect(head?.split('\r\n')).toEqual([
      'Date: Mon, 01 Mar 2027 16:05:00 +0000',
      'Message-ID: <a1b2c3@mail.agency.example>',
      'From: Workforce Services <employers@agency.example>',
      'To: Dana Whitcomb <dana@bighorn.example>',
      'Subject: A question',
      'Reply-To: help@agency.example',
      'MIME-Version: 1.0',
      'Content-Language: en',
      'Auto-Submitted: auto-generated',
      'X-Auto-Response-Suppress: All',
      'List-Id: "Outreach" <outreach.agency.example>',
      'List-Unsubscribe: <https://employers.example/u/abc_DEF-123>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Feedback-ID: w17:outreach:agency',
      expect.stringMatching(/^Content-Type: multipart\/alternative; boundary="=_[0-9a-f]{32}"$/),
    ]);
  });

  it('writes plain names and addresses just as nodemailer does', () => {
    const label = fc.stringMatching(/^(?:xn--)?[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,5}[a-zA-Z0-9])?$/);
    const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
    const name = fc.oneof(fc.stringMatching(/^\w[\w ]{0,12}\w$/), fc.stringMatching(/^[!-~]{1,8}$/));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9._+-]{1,9}$/), domain, name, (local, host, name) => {
        const address = `${local}@${host}`;
        fc.pre(isSendableAddress(address));
        const source = composeMail({ ...mail, to: { name, address } });
        const to = /^To: (.*(?:\r\n .*)*)\r\n/m.exec(source)?.[1]?.replace(/\r\n /g, ' ');
        expect(to).toBe(new MimeNode('text/plain').encodeHeaderValue('To', { name: name.trim(), address }));
      }),
      { numRuns: 500 },
    );
  });

  it('makes the same bytes for the same message', () => {
    expect(composeMail(mail)).toBe(composeMail({ ...mail }));
  });

  it('puts a calendar part where calendars look for it (C1)', async () => {
    const content = 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n';
    const source = composeMail({ ...mail, calendar: { method: 'REQUEST', content, filename: 'invite.ics' } });
    const types = [...source.matchAll(/^Content-Type: ([^;\r]+)(?:.*?method=(\w+))?/gm)].map((m) =>
      [m[1], m[2]].filter(Boolean).join(' '),
    );
    expect(types).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'text/html',
      'text/calendar REQUEST',
      'application/ics',
    ]);
    const encoded = Buffer.from(content).toString('base64');
    expect(source.split('\r\n').filter((line) => line === encoded)).toHaveLength(2);
    const parsed = await PostalMime.parse(source);
    expect(parsed.attachments.map((a) => a.mimeType)).toEqual(['text/calendar', 'application/ics']);
  });

  it.each([
    'Ann\r\nBcc: all@agency.example',
    'Ann\nX-Injected: 1',
    'Ann\rX-Injected: 1',
    'Ann\u0000\u000b\u2028Bcc: x@y.example',
    'Ann" <evil@other.example>, "',
    '=?utf-8?q?Ann=0D=0ABcc:_x?=',
  ])('keeps a name or subject from starting another header: %j', async (hostile) => {
    const source = composeMail({
      ...mail,
      to: { name: hostile, address: 'dana@bighorn.example' },
      from: { name: hostile, address: 'employers@agency.example' },
      subject: hostile,
      listId: { name: hostile, id: 'outreach.agency.example' },
      feedbackId: [hostile],
    });
    const usual = composeMail(mail);
    const names = (text: string) =>
      text
        .split('\r\n\r\n')[0]
        ?.replace(/\r\n[ \t]+/g, ' ')
        .split('\r\n')
        .map((line) => line.split(':')[0]);
    expect(names(source)).toEqual(names(usual));
    const parsed = await PostalMime.parse(source);
    expect(parsed.to).toHaveLength(1);
    expect(parsed.to?.[0]?.address).toBe('dana@bighorn.example');
    expect(parsed.from?.address).toBe('employers@agency.example');
    expect(parsed.bcc ?? []).toEqual([]);
  });

  it.each([
    'dana@bighorn.example\r\nRCPT TO:<x@y.example>',
    'dana@bighorn.example, x@y.example',
    'dana@@bighorn.example',
    '<dana@bighorn.example>',
    'dana',
    '',
    ' dana@bighorn.example',
    'dána@bighorn.example',
    'dana@-bighorn.example',
    `${'d'.repeat(260)}@bighorn.example`,
  ])('refuses an address that an envelope must not hold: %j', (address) => {
    expect(isSendableAddress(address)).toBe(false);
    expect(() => composeMail({ ...mail, to: { address } })).toThrow('refused, bad_address');
  });

  it('refuses links and ids of its own that are not as they should be', () => {
    expect(() => composeMail({ ...mail, unsubscribeUrl: 'https://a.example/u/x>\r\nBcc: y' })).toThrow(
      'bad_unsubscribe_url',
    );
    expect(() => composeMail({ ...mail, messageId: 'a b@c' })).toThrow('bad_message_id');
  });

  it('carries any text unchanged, in lines that mail servers take', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 400 }), async (text) => {
        const source = composeMail({ ...mail, text, html: `<p>${text}</p>` });
        for (const line of source.split('\r\n')) expect(line.length).toBeLessThanOrEqual(200);
        expect(source).toMatch(/^[\t\r\n -~]*$/);
        expect(source.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        const parsed = await PostalMime.parse(source);
        const lines = (value = '') => value.replace(/\r\n|\r/g, '\n').replace(/\n*$/, '');
        expect(lines(parsed.text)).toBe(lines(text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('encodeQuotedPrintable', () => {
  it('folds at 76 without cutting an escape, and hides what a server might eat', () => {
    expect(encodeQuotedPrintable('a'.repeat(76))).toBe('a'.repeat(76));
    const folded = encodeQuotedPrintable('é'.repeat(60)).split('\r\n');
    expect(folded.every((line) => line.length <= 76 && /^(?:=[0-9A-F]{2})*=?$/.test(line))).toBe(true);
    expect(encodeQuotedPrintable('end \nnext\t')).toBe('end=20\r\nnext=09');
    expect(encodeQuotedPrintable('a=b')).toBe('a=3Db');
  });
});
