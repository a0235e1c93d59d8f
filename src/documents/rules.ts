import { DOCUMENT_MAX_BYTES, type DocumentRefusal, type MediaType, type UploadedFile } from './types.ts';

const EXTENSIONS: Record<MediaType, readonly [string, ...string[]]> = {
  'application/pdf': ['.pdf'],
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg'],
  'text/plain': ['.txt'],
  'message/rfc822': ['.eml'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['.docx'],
};

/** For `accept` of a file field: what browsers offer, which nobody has to follow. */
export const ACCEPTED_EXTENSIONS = Object.values(EXTENSIONS).flat();

const NAME_MAX = 120;

export type CheckedDocument =
  | { ok: true; name: string; mediaType: MediaType; content: Buffer }
  | { ok: false; reason: DocumentRefusal };

/**
 * Decides whether a file may be kept and as what. The type is what its bytes are; the name only tells plain text from a
 * saved mail, and a script or a page named .txt is kept as the text that it is.
 */
export function checkDocument(file: UploadedFile | null): CheckedDocument {
  if (!file) return { ok: false, reason: 'missing' };
  const { content } = file;
  if (content.length === 0) return { ok: false, reason: 'empty' };
  if (content.length > DOCUMENT_MAX_BYTES) return { ok: false, reason: 'too_large' };
  const mediaType = mediaTypeOf(file);
  if (mediaType === null) return { ok: false, reason: 'type_not_allowed' };
  if (!isWhole(mediaType, content)) return { ok: false, reason: 'damaged' };
  return { ok: true, name: safeName(file.name, mediaType), mediaType, content };
}

function mediaTypeOf({ name, content }: UploadedFile): MediaType | null {
  if (startsWith(content, '%PDF-')) return 'application/pdf';
  if (startsWith(content, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (startsWith(content, '\xff\xd8\xff')) return 'image/jpeg';
  if (startsWith(content, 'PK\x03\x04')) {
    const names = zipEntryNames(content);
    const isWord = names?.includes('[Content_Types].xml') && names.includes('word/document.xml');
    const hasMacros = names?.some((each) => /vbaproject|\.bin$|activex/i.test(each));
    return isWord && !hasMacros
      ? 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
      : null;
  }
  const extension = /\.[^.]*$/.exec(lastSegment(name))?.[0].toLowerCase();
  if (extension === '.txt' && isPlainText(content)) return 'text/plain';
  if (extension === '.eml' && isMail(content)) return 'message/rfc822';
  return null;
}

/** Cut-off uploads are told now, not when somebody opens them years later. */
function isWhole(mediaType: MediaType, content: Buffer): boolean {
  const tail = content.subarray(-4096);
  if (mediaType === 'application/pdf') return tail.includes('%%EOF');
  if (mediaType === 'image/png')
    return content.subarray(12, 16).toString('latin1') === 'IHDR' && tail.includes('IEND');
  if (mediaType === 'image/jpeg') return tail.includes(Buffer.from([0xff, 0xd9]));
  return true;
}

function startsWith(content: Buffer, signature: string): boolean {
  return content.subarray(0, signature.length).equals(Buffer.from(signature, 'latin1'));
}

function isPlainText(content: Buffer): boolean {
  try {
    return !HAS_CONTROLS.test(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return false;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what plain text does not hold
const HAS_CONTROLS = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

/** Header lines first, From and Date among them; bodies of any encoding, but no NUL. */
function isMail(content: Buffer): boolean {
  if (content.includes(0)) return false;
  const text = content.subarray(0, 64 * 1024).toString('latin1');
  const head = text.split(/\r?\n\r?\n/, 1)[0]!.replace(/\r?\n[ \t]+/g, ' ');
  const lines = head.split(/\r?\n/);
  const names = lines.map((line) => /^([!-9;-~]+):/.exec(line)?.[1]?.toLowerCase());
  return !names.includes(undefined) && names.includes('from') && names.includes('date');
}

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1');
const DIRECTORY_ENTRY = 0x02014b50;
const ENTRIES_MAX = 5000;

/** Names from a ZIP's directory, without unpacking anything; null when it is no whole ZIP. */
function zipEntryNames(content: Buffer): string[] | null {
  const end = content.lastIndexOf(END_OF_DIRECTORY);
  if (end < 0 || end + 22 > content.length) return null;
  const count = content.readUInt16LE(end + 10);
  let at = content.readUInt32LE(end + 16);
  if (count > ENTRIES_MAX) return null;
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || content.readUInt32LE(at) !== DIRECTORY_ENTRY) return null;
    const length = content.readUInt16LE(at + 28);
    names.push(content.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32);
  }
  return names;
}

/**
 * The name as it is shown and offered for download: one line, no path, nothing that reads right to left over it, no
 * leading dots, and the ending of what the file is.
 */
function safeName(name: string, mediaType: MediaType): string {
  const endings = EXTENSIONS[mediaType];
  const shown = lastSegment(name)
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, '')
    .replace(/[<>:"|?*%;]+/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.~_-]+|[\s.]+$/g, '');
  const ending = endings.find((each) => shown.toLowerCase().endsWith(each)) ?? endings[0];
  const stem = shown.toLowerCase().endsWith(ending) ? shown.slice(0, -ending.length) : shown;
  const kept = [...stem].slice(0, NAME_MAX).join('').trim().replace(/\.+$/, '');
  return `${kept || 'document'}${ending}`;
}

function lastSegment(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? '';
}
