import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCsvRecords } from '../../src/lib/csv-read.ts';
import { csvCell, csvLine, csvTable, escapeFormula, unescapeFormula } from '../../src/lib/csv-write.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-write-'));
});
afterAll(() => rm(folder, { recursive: true }));

const nasty = fc.constantFrom(
  ...["'", '"', '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＠', ',', ';', ' ', 'é', 'a', '1'],
);
const cell = fc.oneof(
  fc.string(),
  fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join('')),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
  );

test('what is exported is imported again unchanged', async () => {
  const path = join(folder, 'table.csv');
  await fc.assert(
    fc.asyncProperty(table, async ([headers, ...rows]) => {
      let text = '';
      for await (const line of csvTable(headers as string[], rows, (row) => row)) text += line;
      await writeFile(path, text);
      const read: string[][] = [];
      for await (const record of readCsvRecords(path, { encoding: 'utf-8', delimiter: ',' }))
        read.push(record.cells);
      expect(read).toEqual([headers, ...rows].map((row) => row?.map(oneReplacementForLoneSurrogates)));
    }),
    { numRuns: 300 },
  );
});

test('no cell starts a formula, in whatever form a spreadsheet knows', () => {
  fc.assert(
    fc.property(cell, (text) => {
      const written = csvCell(text).replace(/^"/, '');
      expect(written).not.toMatch(/^[=+\-@\t\r\n\0＝＋－＠]/);
    }),
  );
});

test('escaping takes back exactly what it added', () => {
  fc.assert(fc.property(cell, (text) => unescapeFormula(escapeFormula(text)) === text));
});

test('headers are escaped like values, and an empty record stays a record', () => {
  expect(csvLine(['=cmd()', 'a"b', null, undefined, -3])).toBe('\'=cmd(),"a""b",,,-3\r\n');
  expect(csvLine([''])).toBe('""\r\n');
});

function oneReplacementForLoneSurrogates(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
