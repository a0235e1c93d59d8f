import { describe, expect, it } from 'vitest';
import type { MailKind, MessageData } from '../../src/mail/messages.ts';
import { isWordingReviewed, renderMessage } from '../../src/mail/render.ts';
import { SAMPLE_MAILS } from './sample-mails.ts';

const KINDS = Object.keys(SAMPLE_MAILS) as MailKind[];
const OUTREACH: MailKind[] = ['invitation', 'reminder', 'referral'];
const LANGUAGES = ['en', 'es'] as const;
const cases = KINDS.flatMap((kind) => LANGUAGES.map((language) => ({ kind, language })));

function sample<K extends MailKind>(kind: K, changes: Partial<MessageData[K]> = {}): MessageData[K] {
  return { ...SAMPLE_MAILS[kind], ...changes };
}

describe.each(cases)('$kind in $language', ({ kind, language }) => {
  const { subject, html, text } = renderMessage(kind, sample(kind, { language }));

  it('names the agency, its postal address and a contact in both versions (E12)', () => {
    for (const version of [html, text]) {
      expect(version).toContain('Wyoming Department of Workforce Services');
      expect(version).toContain('5221 Yellowstone Road, Cheyenne, WY 82002');
      expect(version).toContain('employers@workforce.example');
    }
  });

  it('has a subject of one line and no gap in its words', () => {
    expect(subject).not.toMatch(/[\r\n]/);
    expect(subject.length).toBeGreaterThan(5);
    expect(subject.length).toBeLessThan(120);
    for (const version of [subject, html, text]) {
      expect(version).not.toMatch(/undefined|\[object|\{\{|NaN|Invalid Date/);
    }
  });

  it('is a page of its own language without tables, scripts, images or anything fetched', () => {
    expect(html).toMatch(new RegExp(`^<!doctype html>\\s*<html lang="${language}">`));
    expect(html.match(/<h1/g)).toHaveLength(1);
    expect(html).not.toMatch(/<(?:table|script|img|link|iframe|form|input)\b/i);
    expect(html).not.toMatch(/url\(|@import|\ssrc=/i);
  });
});

describe.each(OUTREACH)('%s', (kind) => {
  const { html, text } = renderMessage(kind, sample(kind));

  it('holds one link to answer by, one to stop by, and none that answers by itself (E6)', () => {
    const links = new Set([...html.matchAll(/href="([^"]+)"/g)].map((match) => match[1]));
    expect(links).toEqual(
      new Set([
        SAMPLE_MAILS.invitation.link,
        SAMPLE_MAILS.invitation.unsubscribeUrl,
        SAMPLE_MAILS.invitation.meetings[0]?.onlineUrl,
      ]),
    );
    expect(text).toContain(SAMPLE_MAILS.invitation.link);
    expect(text).toContain(SAMPLE_MAILS.invitation.unsubscribeUrl);
  });

  it('describes the credentials and the committee alike, how long it takes and until when', () => {
    for (const version of [html, text]) {
      expect(version).toContain('Certified Welder');
      expect(version).toContain('Manufacturing Advisory Committee');
      expect(version).toContain('Wednesday, April 14, 2027, 10:00 AM – 12:00 PM MDT');
      expect(version).toContain('3 minutes');
      expect(version).toContain('Friday, March 26, 2027');
    }
  });
});

describe('renderMessage', () => {
  it('escapes names in HTML and leaves them alone in text and subject', () => {
    const { html, text, subject } = renderMessage(
      'invitation',
      sample('invitation', {
        employerName: '<b>Smith & Sons</b> "LLC"',
        credentials: [{ name: 'A <i>', issuer: '' }],
      }),
    );
    expect(html).toContain('&lt;b&gt;Smith &amp; Sons&lt;/b&gt;');
    expect(html).not.toContain('<b>Smith');
    expect(html).toContain('A &lt;i&gt;');
    expect(text).toContain('<b>Smith & Sons</b> "LLC"');
    expect(subject).toContain('Smith & Sons');
  });

  it('keeps a line break in a name out of the subject', () => {
    const { subject } = renderMessage('invitation', sample('invitation', { employerName: 'A\r\nBcc: x' }));
    expect(subject).not.toMatch(/[\r\n]/);
  });

  it('tells a partly answered reminder apart', () => {
    expect(renderMessage('reminder', sample('reminder', { started: true })).text).toContain(
      'What you entered is kept',
    );
    expect(renderMessage('reminder', sample('reminder', { started: false })).text).toContain(
      'We have no answer yet',
    );
  });

  it('leaves out what is not asked', () => {
    const alone = renderMessage('invitation', sample('invitation', { meetings: [] }));
    expect(alone.text).not.toMatch(/committee/i);
    const committee = renderMessage('invitation', sample('invitation', { credentials: [] }));
    expect(committee.text).not.toMatch(/credentials?:/i);
    expect(committee.subject).toContain('advisory committee');
  });

  it('ends a sentence once when a name ends it', () => {
    const { text } = renderMessage('invitation', sample('invitation'));
    expect(text).toContain('Bighorn Fabrication, Inc.\n');
    expect(text).not.toContain('..');
  });

  it('says that the Spanish has not been reviewed', () => {
    expect(isWordingReviewed('en')).toBe(true);
    expect(isWordingReviewed('es')).toBe(false);
  });
});
