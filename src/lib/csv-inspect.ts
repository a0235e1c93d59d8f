import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { guessDelimiter } from './csv-delimiter.ts';

export const CSV_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];

/** What one pass over the bytes of an uploaded table says about it. */
export type CsvFacts = {
  bytes: number;
  sha256: string;
  encoding: CsvEncoding;
  /** A byte-order mark stands at the start. */
  bom: boolean;
  delimiter: string;
  /** UTF-8 text in which a few bytes are broken: they are read as U+FFFD and reported by row. */
  brokenBytes: number;
};

export type CsvRefusal =
  | { code: 'file_too_large'; bytes: number; limit: number }
  | { code: 'file_empty' }
  | { code: 'file_not_text'; looksLike: string };

/** An upload above this is refused: it is no list of employers, and reading it would hold up everybody. */
export const CSV_MAX_BYTES = 50 * 1024 * 1024;

const SAMPLE_BYTES = 64 * 1024;

/**
 * Reads the file once, in chunks, and says how to read it as a table, or why it is none.
 * The whole file is looked at, since the one accent that tells Windows-1252 from UTF-8 may stand in the last row.
 */
export async function inspectCsvFile(
  path: string,
  limit = CSV_MAX_BYTES,
): Promise<{ ok: true; facts: CsvFacts } | { ok: false; refusal: CsvRefusal }> {
  const { size } = await stat(path);
  if (size > limit) return { ok: false, refusal: { code: 'file_too_large', bytes: size, limit } };
  const head = await readHead(path);
  const kind = knownBinary(head);
  if (kind) return { ok: false, refusal: { code: 'file_not_text', looksLike: kind } };

  const hash = createHash('sha256');
  const scan = createUtf8Scan();
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
    scan.push(chunk as Buffer);
  }
  const utf8 = scan.end();
  const marked = encodingOfMark(head) ?? unmarkedUtf16(head);
  const encoding = marked?.encoding ?? (readsAsUtf8(utf8) ? 'utf-8' : 'windows-1252');
  const sample = iconv.decode(head, encoding).replace(/^\uFEFF/, '');
  if (sample.trim() === '') return { ok: false, refusal: { code: 'file_empty' } };
  if (controlShare(sample) > 0.05) {
    return { ok: false, refusal: { code: 'file_not_text', looksLike: 'a file that is not text' } };
  }
  return {
    ok: true,
    facts: {
      bytes: size,
      sha256: hash.digest('hex'),
      encoding,
      bom: marked?.bom ?? false,
      delimiter: guessDelimiter(sample),
      brokenBytes: encoding === 'utf-8' ? utf8.broken : 0,
    },
  };
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const SIGNATURES: readonly [hex: string, name: string][] = [
  ['504b0304', 'an Excel workbook (.xlsx) or another ZIP archive'],
  ['d0cf11e0', 'an old Excel workbook (.xls)'],
  ['25504446', 'a PDF document'],
  ['1f8b', 'a gzip archive'],
  ['89504e47', 'a PNG picture'],
  ['ffd8ff', 'a JPEG picture'],
];

function knownBinary(head: Buffer): string | null {
  const hex = head.subarray(0, 8).toString('hex');
  return SIGNATURES.find(([signature]) => hex.startsWith(signature))?.[1] ?? null;
}

function encodingOfMark(head: Buffer): { encoding: CsvEncoding; bom: true } | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bom: true };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bom: true };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bom: true };
  return null;
}

/** Western text in UTF-16 has a zero in nearly every other byte. */
function unmarkedUtf16(head: Buffer): { encoding: CsvEncoding; bom: false } | null {
  const pairs = Math.min(2048, head.length >> 1);
  if (pairs < 4) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < pairs * 2; at += 2) {
    if (head[at] === 0) even += 1;
    if (head[at + 1] === 0) odd += 1;
  }
  if (odd > pairs * 0.7 && even < pairs * 0.1) return { encoding: 'utf-16le', bom: false };
  if (even > pairs * 0.7 && odd < pairs * 0.1) return { encoding: 'utf-16be', bom: false };
  return null;
}

/** A file with many sound accents and a few broken ones is damaged UTF-8, not Windows-1252. */
function readsAsUtf8(counts: { sound: number; broken: number }): boolean {
  return counts.broken === 0 || counts.sound > counts.broken * 10;
}

function controlShare(text: string): number {
  let control = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) control += 1;
  }
  return control / text.length;
}

/** Counts sound multi-byte sequences and broken bytes of UTF-8 across chunk borders. */
export function createUtf8Scan() {
  let sound = 0;
  let broken = 0;
  let due = 0;
  let low = 0x80;
  let high = 0xbf;
  const lead = (byte: number) => {
    low = 0x80;
    high = 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf) due = 1;
    else if (byte >= 0xe0 && byte <= 0xef) {
      due = 2;
      if (byte === 0xe0) low = 0xa0;
      if (byte === 0xed) high = 0x9f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      due = 3;
      if (byte === 0xf0) low = 0x90;
      if (byte === 0xf4) high = 0x8f;
    } else broken += 1;
  };
  return {
    push(chunk: Uint8Array) {
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at] as number;
        if (due === 0) {
          if (byte >= 0x80) lead(byte);
        } else if (byte >= low && byte <= high) {
          due -= 1;
          low = 0x80;
          high = 0xbf;
          if (due === 0) sound += 1;
        } else {
          broken += 1;
          due = 0;
          if (byte >= 0x80) lead(byte);
        }
      }
    },
    end() {
      return { sound, broken: broken + (due > 0 ? 1 : 0) };
    },
  };
}
