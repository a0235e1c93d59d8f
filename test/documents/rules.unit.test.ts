import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../src/documents/rules.ts';
import { DOCUMENT_MAX_BYTES } from '../../src/documents/types.ts';
import { docx, jpeg, pdf, png, zip } from './files.ts';

const check = (name: string, content: Buffer | string) =>
  checkDocument({ name, content: Buffer.isBuffer(content) ? content : Buffer.from(content) });
const reason = (name: string, content: Buffer | string) => {
  const checked = check(name, content);
  return checked.ok ? checked.mediaType : checked.reason;
};
const nameOf = (name: string) => {
  const checked = check(name, pdf());
  if (!checked.ok) throw new Error(checked.reason);
  return checked.name;
};

describe('what a file is', () => {
  it.each([
    ['letter.pdf', pdf(), 'application/pdf'],
    ['scan.PNG', png(), 'image/png'],
    ['photo.jpeg', jpeg(), 'image/jpeg'],
    ['letter.docx', docx(), 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['notes.txt', 'Called on 3 March.\r\nShe said yes – twice.', 'text/plain'],
    ['mail.eml', 'Received: from x\r\n by y\r\nFrom: a@b.example\r\nDate: now\r\n\r\nYes', 'message/rfc822'],
    // The bytes decide, whatever the name says.
    ['letter.exe', pdf(), 'application/pdf'],
    ['page.txt', '<script>alert(1)</script>', 'text/plain'],
  ])('%s', (name, content, expected) => {
    expect(reason(name, content)).toBe(expected);
  });

  it.each([
    ['page.html', '<!doctype html><script>alert(1)</script>', 'type_not_allowed'],
    ['image.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'type_not_allowed'],
    ['letter.pdf', '<html>%PDF-1.7', 'type_not_allowed'],
    ['letter.pdf', 'MZ\x90\x00', 'type_not_allowed'],
    ['letter.txt', 'MZ\x90\x00\x03', 'type_not_allowed'],
    ['letter.txt', Buffer.from([0xff, 0xfe, 0x41, 0x00]), 'type_not_allowed'],
    ['mail.eml', 'Dear Sir or Madam,\n\nyes.', 'type_not_allowed'],
    ['letter.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'type_not_allowed'],
    ['archive.docx', zip(['a.txt']), 'type_not_allowed'],
    [
      'macros.docx',
      zip(['[Content_Types].xml', 'word/document.xml', 'word/vbaProject.bin']),
      'type_not_allowed',
    ],
    ['cut.docx', docx().subarray(0, 60), 'type_not_allowed'],
    ['cut.pdf', '%PDF-1.7\n1 0 obj', 'damaged'],
    ['cut.png', png().subarray(0, 30), 'damaged'],
    ['cut.jpg', jpeg().subarray(0, 6), 'damaged'],
    ['empty.pdf', '', 'empty'],
    ['huge.pdf', Buffer.concat([pdf(), Buffer.alloc(DOCUMENT_MAX_BYTES)]), 'too_large'],
  ])('refuses %s', (name, content, expected) => {
    expect(reason(name, content)).toBe(expected);
  });

  it('refuses that there is none', () => {
    expect(checkDocument(null)).toEqual({ ok: false, reason: 'missing' });
  });

  it('never throws on any bytes behind a signature', () => {
    const signature = fc.constantFrom(
      '%PDF-',
      'PK\x03\x04',
      '\x89PNG\r\n\x1a\n',
      '\xff\xd8\xff',
      'PK\x05\x06',
      '',
    );
    fc.assert(
      fc.property(signature, fc.uint8Array({ maxLength: 200 }), fc.string(), (start, rest, name) => {
        const end = fc.sample(fc.constantFrom('PK\x05\x06', '%%EOF', ''), 1)[0]!;
        const content = Buffer.concat([Buffer.from(start, 'latin1'), rest, Buffer.from(end, 'latin1')]);
        checkDocument({ name, content });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the name it is kept under', () => {
  it.each([
    ['letter.pdf', 'letter.pdf'],
    ['Carta – señora Ñuñoa.PDF', 'Carta – señora Ñuñoa.pdf'],
    ['letter.exe', 'letter.exe.pdf'],
    ['../../etc/passwd', 'passwd.pdf'],
    ['C:\\Users\\x\\letter.pdf', 'letter.pdf'],
    ['a\r\nContent-Type: text/html\r\n\r\n.pdf', 'html.pdf'],
    ['gpj.\u202efdp.pdf', 'gpj.fdp.pdf'],
    ['.htaccess', 'htaccess.pdf'],
    ['', 'document.pdf'],
    ['....', 'document.pdf'],
    ['"><img>.pdf', 'img_.pdf'],
    [`${'x'.repeat(4000)}.pdf`, `${'x'.repeat(120)}.pdf`],
  ])('%j', (given, kept) => {
    expect(nameOf(given)).toBe(kept);
  });

  it('is always one line, short, without a path, and ends as its type does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
        const name = nameOf(given);
        expect(name).toMatch(/\.pdf$/);
        expect([...name].length).toBeLessThanOrEqual(124);
        expect(name).not.toMatch(/[\p{C}\p{Zl}\p{Zp}/\\<>:"|?*]/u);
        expect(nameOf(name)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });
});
