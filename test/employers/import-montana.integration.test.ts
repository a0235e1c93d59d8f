import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRegister, type Register } from './fixture.ts';

let register: Register;
let montana: Buffer;
beforeAll(async () => {
  register = await createRegister();
  montana = await readFile(new URL('../../src/data/employers-montana.csv', import.meta.url));
});
afterAll(() => register.remove());

const ISSUES = {
  extra_spaces: 518,
  jobs_zero: 47,
  jobs_missing: 35,
  name_has_dba: 6,
  naics_missing: 4,
  naics_retired: 3,
  naics_unclassified: 3,
  address_note: 2,
  html_entity: 2,
  city_unlike_zip: 2,
  name_has_former: 1,
  name_odd_character: 1,
  legal_form_missing: 1,
  city_disputed: 1,
};

test('the sample of a whole state is imported, with each oddity explained', async () => {
  const { preview, result } = await register.importText(montana);
  expect(preview.fatal).toBeNull();
  expect(preview.counts).toEqual({
    rows: 2196,
    created: 2196,
    updated: 0,
    unchanged: 0,
    repeated: 0,
    skipped: 0,
    contactsCreated: 0,
    contactsUpdated: 0,
    contactsUnchanged: 0,
    contactsSkipped: 0,
    errors: 0,
    warnings: 626,
  });
  expect(preview.issueCounts).toEqual(ISSUES);
  expect(result.issueCounts).toEqual(ISSUES);
  expect(result.counts).toMatchObject({ ...preview.counts, duplicatesProposed: 4 });

  const pairs = await register.sql`
    select a.legal_name as a, b.legal_name as b, p.score, p.reasons from duplicate_proposals p
    join employers a on a.id = p.employer_a_id join employers b on b.id = p.employer_b_id order by p.score desc, a`;
  expect(
    pairs.map(({ a, b, score, reasons }) => [
      a,
      b,
      score,
      reasons.map((r: { code: string }) => r.code).join(' '),
    ]),
  ).toEqual([
    ['GTUIT LLC', 'GTUIT, LLC', 0.9, 'same_name same_address'],
    [
      'COLORADO HEALTH & REHAB LLC',
      'SOUTHERN COLORADO HEALTH & REHAB, LLC',
      0.6,
      'name_contained same_address',
    ],
    ['QUICKSILVER LLC', 'QUICKSILVER LLC', 0.6, 'same_name'],
    [
      'ROCKY MOUNTAIN EYE CENTER, P.C.',
      'ROCKY MOUNTAIN EYE SURGERY CENTER PC',
      0.6,
      'name_contained same_address',
    ],
  ]);
  // Records with an open proposal between them count once.
  const [units] =
    await register.sql`select count(distinct unit_id)::int as units, count(*)::int as records from employers`;
  expect(units).toEqual({ units: 2192, records: 2196 });
  expect(register.unitChanges).toHaveLength(1);
  expect(register.unitChanges[0]?.employerIds).toHaveLength(4);
});

test('every issue names a line, and the column by its header', async () => {
  const rows = await register.sql`
    select line, column_name, code, severity, message from import_issues where code in ('naics_retired', 'city_unlike_zip') order by line`;
  expect(rows.map((row) => [row.line, row.column_name, row.severity])).toEqual([
    [191, 'naics_code', 'warning'],
    [757, 'naics_code', 'warning'],
    [866, 'city', 'warning'],
    [1595, 'city', 'warning'],
    [1713, 'naics_code', 'warning'],
  ]);
  expect(rows[0]?.message).toContain('Its successor is 722511 (Full-Service Restaurants)');
  expect(rows[2]?.message).toContain(
    '“KALISPEL” stands for ZIP 59901, where this file mostly has “KALISPELL”',
  );
});

test('the same file again changes nothing, and says so', async () => {
  const before = await register.digest();
  const { preview, result } = await register.importText(montana);
  expect(preview.counts).toMatchObject({ created: 0, updated: 0, unchanged: 2196, skipped: 0 });
  expect(result.counts).toMatchObject({ created: 0, updated: 0, unchanged: 2196, duplicatesProposed: 0 });
  expect(await register.digest()).toBe(before);
});

test('the same employers under other headers, in another order and encoding, are still the same', async () => {
  const before = await register.digest();
  const lines = montana.toString('utf8').trimEnd().split(/\r?\n/);
  const renamed = [
    lines[0]?.replace('business_name', 'Legal Business Name').replace('zip', 'Postal Code'),
    ...lines.slice(1).reverse(),
  ];
  const { preview } = await register.importText(Buffer.from(`\uFEFF${renamed.join('\n')}`, 'utf16le'));
  expect(preview.counts).toMatchObject({ created: 0, updated: 0, unchanged: 2196 });
  expect(await register.digest()).toBe(before);
});
