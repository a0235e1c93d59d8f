import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUtf8Scan, inspectCsvFile } from '../../src/lib/csv-inspect.ts';
import { CsvFault, type CsvRecord, readCsvRecords } from '../../src/lib/csv-read.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-read-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function saved(bytes: Buffer | string): Promise<string> {
  const path = join(folder, 'table.csv');
  await writeFile(path, bytes);
  return path;
}

async function facts(bytes: Buffer | string) {
  const inspected = await inspectCsvFile(await saved(bytes));
  if (!inspected.ok) throw new Error(inspected.refusal.code);
  return inspected.facts;
}

async function read(bytes: Buffer | string): Promise<CsvRecord[]> {
  const { encoding, delimiter } = await facts(bytes);
  const records: CsvRecord[] = [];
  for await (const record of readCsvRecords(join(folder, 'table.csv'), { encoding, delimiter }))
    records.push(record);
  return records;
}

describe('encoding', () => {
  const text = 'name;city\r\nCafé Müller;Butte\r\n“Quoted” & Sons;Havre\r\n';
  const cases = [
    ['utf-8', Buffer.from(text)],
    ['utf-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le with a mark', iconv.encode(text, 'utf-16le', { addBOM: true })],
    ['utf-16le without', iconv.encode(text, 'utf-16le')],
    ['utf-16be with a mark', iconv.encode(text, 'utf-16be', { addBOM: true })],
    ['windows-1252', iconv.encode(text, 'win1252')],
  ] as const;
  test.each(cases)('reads %s', async (name, bytes) => {
    expect((await facts(bytes)).encoding).toBe(name.split(' ')[0]);
    expect((await read(bytes)).map((record) => record.cells)).toEqual([
      ['name', 'city'],
      ['Café Müller', 'Butte'],
      ['“Quoted” & Sons', 'Havre'],
    ]);
  });

  test('one accent in the last row of a long file still tells Windows-1252', async () => {
    const bytes = iconv.encode(`name\n${'Plain Incorporated\n'.repeat(20_000)}Café\n`, 'win1252');
    expect((await facts(bytes)).encoding).toBe('windows-1252');
  });

  test('a few broken bytes among sound accents are damaged UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from(`name\n${'Café\n'.repeat(40)}`), Buffer.from([0xe9, 0x0a])]);
    expect(await facts(bytes)).toMatchObject({ encoding: 'utf-8', brokenBytes: 1 });
  });

  test('the scan agrees with the platform decoder, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 40 }), (bytes, cut) => {
        const scan = createUtf8Scan();
        scan.push(bytes.subarray(0, cut));
        scan.push(bytes.subarray(cut));
        let sound = true;
        try {
          new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {
          sound = false;
        }
        expect(scan.end().broken === 0).toBe(sound);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what is no table', () => {
  test.each([
    ['an Excel workbook', Buffer.from('504b030414000600', 'hex'), 'file_not_text'],
    ['a PDF', Buffer.from('%PDF-1.7 ...'), 'file_not_text'],
    [
      'random bytes',
      Buffer.concat(Array.from({ length: 64 }, (_, at) => createHash('sha512').update(`${at}`).digest())),
      'file_not_text',
    ],
    ['an empty file', Buffer.alloc(0), 'file_empty'],
    ['only blank lines', Buffer.from('\uFEFF\r\n \r\n'), 'file_empty'],
  ])('%s', async (_name, bytes, code) => {
    expect(await inspectCsvFile(await saved(bytes))).toMatchObject({ ok: false, refusal: { code } });
  });

  test('200 MB are refused by their size alone, before a byte is read', async () => {
    const path = await saved('');
    await truncate(path, 200 * 1024 * 1024);
    const started = performance.now();
    expect(await inspectCsvFile(path)).toMatchObject({ ok: false, refusal: { code: 'file_too_large' } });
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('delimiter', () => {
  test.each([
    [',', 'a,b\n"x;y;z",1\n'],
    [';', 'a;b;c\n1,5;2,5;3\n'],
    ['\t', 'a\tb\n"1,2"\t3\n'],
    ['|', 'a|b|c\nx, y|2|3\n'],
    [',', 'only\none\ncolumn\n'],
  ])('%j', async (delimiter, text) => {
    expect((await facts(text)).delimiter).toBe(delimiter);
  });
});

describe('records', () => {
  test('quoted line breaks of any kind keep the count of lines', async () => {
    const records = await read('h,i\r\n"a\r\nb",c\nd,e\r\n\r\nx,"y\ry"\rz,"1\n\n2"\nlast,1');
    expect(records.map(({ line, cells }) => [line, cells[0]])).toEqual([
      [1, 'h'],
      [2, 'a\r\nb'],
      [4, 'd'],
      [6, 'x'],
      [8, 'z'],
      [11, 'last'],
    ]);
  });

  test.each([
    ['a quote that is never closed', `h,i\n${'a,b\n'.repeat(2000)}c,"d\ne,f\n`, 'quote_not_closed', 2002, 2],
    [
      'a quote inside a field',
      `h,i\n${'a,b\n'.repeat(2000)}c 5"pipe,d\ne,f\n`,
      'quote_inside_field',
      2002,
      1,
    ],
    ['text after a closing quote', 'h,i\n"a\nb",c\n"d"e,f\n', 'text_after_quote', 4, 1],
    ['a record without end', `h,i\na,"${'x\n'.repeat(200_000)}"\n`, 'record_too_long', 2, 2],
  ] as const)('%s says where', async (_name, text, code, line, column) => {
    const fault = await read(text).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(CsvFault);
    expect(fault).toMatchObject({ code, line, column });
  });
});

test('every record before a fault is passed on', async () => {
  const path = await saved(`h,i\n${'a,b\n'.repeat(300)}c"d,e\n${'a,b\n'.repeat(300)}`);
  let count = 0;
  const reading = (async () => {
    for await (const _ of readCsvRecords(path, { encoding: 'utf-8', delimiter: ',' })) count += 1;
  })();
  await expect(reading).rejects.toMatchObject({ code: 'quote_inside_field', line: 302 });
  expect(count).toBe(301);
});

test('a reader that stops early lets go of the file', async () => {
  const path = await saved(`h,i\n${'a,b\n'.repeat(100_000)}`);
  for await (const record of readCsvRecords(path, { encoding: 'utf-8', delimiter: ',' })) {
    if (record.line === 5) break;
  }
  await rm(path);
});
