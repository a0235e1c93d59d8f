import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/db/client.ts';
import { audienceFilter, countAudience, listAudience } from '../../src/employers/audience.ts';
import { confirmImport } from '../../src/employers/confirm-import.ts';
import { mergeDuplicate } from '../../src/employers/decide-duplicate.ts';
import { previewImport } from '../../src/employers/preview-import.ts';
import { discardImport } from '../../src/imports/discard-import.ts';
import { createRegister, type Register } from './fixture.ts';

let register: Register;
beforeEach(async () => {
  register = await createRegister();
});
afterEach(() => register.remove());

const EMPLOYERS = `id,company,city,state,zip,naics,jobs,fein
1,Acme LLC,Butte,MT,59701,722511,12,12-3456789
2,Birch Inc,Havre,MT,59501,621111,300,
3,Cedar Works,Butte,MT,59701,332710,0,
4,Cedar Works,Libby,MT,59923,332710,,
`;

describe('contacts', () => {
  test('find their employer by id, FEIN, or name and ZIP, and say when they cannot', async () => {
    await register.importText(EMPLOYERS);
    const { result } = await register.importText(
      `employer id,fein,employer,zip,name,email,hiring authority,language
1,,,,Ana One,ana@acme.example,yes,Spanish
,12-3456789,,,Ben Two,ben@acme.example,no,
,,Birch Incorporated,59501,Cy Three,cy@birch.example,,
,,Cedar Works,59701,Di Four,di@cedar.example,maybe,
,,Nobody Ltd,59701,Ed Five,ed@nobody.example,,
,,Cedar Works,,Flo Six,flo@cedar.example,,
1,,,,Gil Seven,not an address,,
1,,,,Ana Again,ANA@acme.example,,
`,
      'contacts',
    );
    expect(result.counts).toMatchObject({ rows: 8, contactsCreated: 4, contactsSkipped: 1, skipped: 3 });
    expect(result.issueCounts).toEqual({
      contact_employer_unmatched: 1,
      contact_employer_missing: 1,
      email_invalid: 1,
      contact_repeated: 1,
      hiring_unknown: 1,
    });
    const rows = await register.sql`
      select c.name, e.legal_name, c.language, c.hiring_authority, c.email_domain from contacts c join employers e on e.id = c.employer_id order by c.id`;
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['Ana One', 'Acme LLC', 'es', true, 'acme.example'],
      ['Ben Two', 'Acme LLC', 'en', false, 'acme.example'],
      ['Cy Three', 'Birch Inc', 'en', null, 'birch.example'],
      ['Di Four', 'Cedar Works', 'en', null, 'cedar.example'],
    ]);
  });

  test('two employers of one name and ZIP make a contact ambiguous', async () => {
    await register.importText('id,company,zip,street\n1,Acme,59701,1 Elm\n2,Acme,59701,2 Oak\n');
    const { result } = await register.importText(
      'company,zip,email\nAcme,59701,a@acme.example\n',
      'contacts',
    );
    expect(result.issueCounts).toEqual({ contact_employer_ambiguous: 1 });
  });

  test('several rows of one employer are its contacts; an address never moves; a re-import changes nothing', async () => {
    const list = `company,zip,contact,email,title\nAcme,59701,Ana,ana@acme.example,CEO\nAcme,59701,Ben,ben@acme.example,\nBirch,59501,Ana,ana@acme.example,\n`;
    const { result } = await register.importText(list);
    expect(result.counts).toMatchObject({ created: 2, repeated: 1, contactsCreated: 2, contactsSkipped: 1 });
    expect(result.issueCounts).toEqual({ contact_repeated: 1 });
    const before = await register.digest();
    const again = await register.importText(list);
    expect(again.result.counts).toMatchObject({ created: 0, updated: 0, contactsUnchanged: 2 });
    expect(await register.digest()).toBe(before);
    const moved = await register.importText('company,zip,contact,email\nCedar,59923,Ana,ana@acme.example\n');
    expect(moved.result.issueCounts).toEqual({ contact_at_other_employer: 1 });
    const updated = await register.importText(
      'company,zip,contact,email,title\nAcme,59701,Ana Lopez,ana@acme.example,\n',
    );
    expect(updated.result.counts).toMatchObject({ unchanged: 1, contactsUpdated: 1 });
    const [row] = await register.sql`select name, title from contacts where email_key = 'ana@acme.example'`;
    expect(row).toEqual({ name: 'Ana Lopez', title: 'CEO' });
  });
});

describe('identity', () => {
  test('a FEIN outlives a new name and address; the old name stays as an alias', async () => {
    await register.importText(EMPLOYERS);
    const { result } = await register.importText('company,zip,fein\nZenith LLC,59102,123456789\n');
    expect(result.counts).toMatchObject({ created: 0, updated: 1 });
    const [row] = await register.sql`
      select e.legal_name, e.zip, e.jobs, a.name as alias from employers e join employer_aliases a on a.employer_id = e.id where fein = '123456789'`;
    expect(row).toEqual({ legal_name: 'Zenith LLC', zip: '59102', jobs: 12, alias: 'Acme LLC' });
  });

  test('an id of one record and a FEIN of another are refused, not guessed', async () => {
    await register.importText(EMPLOYERS);
    const { result } = await register.importText(
      'id,company,zip,fein\n2,Birch Inc,59501,12-3456789\n1,Acme LLC,59701,98-7654321\n',
    );
    expect(result.issueCounts).toEqual({ identity_conflict: 1, fein_differs: 1 });
    expect(result.counts).toMatchObject({ skipped: 2, updated: 0 });
  });

  test('equal ids of two agencies are two employers', async () => {
    await register.importText('id,company,zip\n1,Acme,59701\n');
    const [row] = await register.sql`select external_id from employers`;
    expect(row?.external_id).toBe(`${register.agency.id}:1`);
  });

  test('blanks never erase, and mixed case replaces capitals but not the other way round', async () => {
    await register.importText('company,city,zip,jobs\nACME LLC,BUTTE,59701,12\n');
    const first = await register.importText('company,city,zip,jobs\nAcme LLC,Butte,59701,\n');
    expect(first.result.counts).toMatchObject({ updated: 1 });
    const second = await register.importText('company,city,zip,jobs\nACME LLC,BUTTE,59701,12\n');
    expect(second.result.counts).toMatchObject({ unchanged: 1 });
    const [row] = await register.sql`select legal_name, city, jobs from employers`;
    expect(row).toEqual({ legal_name: 'Acme LLC', city: 'Butte', jobs: 12 });
  });
});

test('a file of older Excel is read as it was meant, and says so', async () => {
  const bytes = iconv.encode('Firm;Ort;ZIP\r\nCafé Zoë – “Süd”;Butte;59701\r\n', 'win1252');
  const { result } = await register.importText(bytes);
  expect(result.issueCounts).toEqual({ column_ignored: 1, read_as_windows: 1 });
  const [row] = await register.sql`select legal_name, name_key from employers`;
  expect(row).toEqual({ legal_name: 'Café Zoë – “Süd”', name_key: 'cafe zoe sud' });
});

describe('at the same time', () => {
  test('two imports of one file create each employer once', async () => {
    const list = `company,zip,email\n${Array.from({ length: 800 }, (_, at) => `Firm ${at},59701,p${at}@firm${at}.example`).join('\n')}\n`;
    const [one, two] = [await register.preview(list), await register.preview(list)];
    const other = createDatabase(register.url, { max: 3 });
    try {
      const input = { agencyId: register.agency.id, staffId: register.ana };
      const results = await Promise.all([
        confirmImport(register.deps, { ...input, importId: one.importId }),
        confirmImport({ ...register.deps, db: other.db }, { ...input, importId: two.importId }),
      ]);
      expect(results.map((result) => result.counts.created).sort()).toEqual([0, 800]);
    } finally {
      await other.close();
    }
    const [row] =
      await register.sql`select (select count(*)::int from employers) as employers, (select count(*)::int from contacts) as contacts`;
    expect(row).toEqual({ employers: 800, contacts: 800 });
  });

  test('one import confirmed twice at once runs once', async () => {
    const { importId } = await register.preview(EMPLOYERS);
    const results = await Promise.allSettled([register.confirm(importId), register.confirm(importId)]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')).toMatchObject({
      reason: { code: 'already_done' },
    });
  });

  test('a connection killed in the middle leaves the import not begun, to be confirmed again', async () => {
    const list = `company,zip\n${Array.from({ length: 3000 }, (_, at) => `Firm ${at},59701`).join('\n')}\n`;
    const { importId } = await register.preview(list);
    const doomed = createDatabase(register.url, { max: 1, applicationName: 'doomed' });
    const before = await register.digest();
    const running = confirmImport(
      { ...register.deps, db: doomed.db },
      { importId, agencyId: register.agency.id, staffId: null },
    );
    const failed = expect(running).rejects.toThrow();
    // The import holds the register's lock from its first statement on: seeing it means that it runs.
    for (let locked = false; !locked; ) {
      const rows = await register.sql`
        select pg_terminate_backend(a.pid) from pg_stat_activity a join pg_locks l on l.pid = a.pid and l.locktype = 'advisory'
        where a.application_name = 'doomed'`;
      locked = rows.length > 0;
    }
    await failed;
    await doomed.close();
    expect(await register.digest()).toBe(before);
    const result = await register.confirm(importId);
    expect(result.counts.created).toBe(3000);
  });

  test('a server that has another disk goes on where the first one was left', async () => {
    const { importId } = await register.received(EMPLOYERS);
    const { importId: abandoned } = await register.received(EMPLOYERS);
    const { rm, readdir } = await import('node:fs/promises');
    const uploads = `${register.dataDir}/uploads`;
    await rm(uploads, { recursive: true });
    // Two requests at once fetch the file side by side.
    const look = () => previewImport(register.deps, { importId, agencyId: register.agency.id });
    const [first, second] = await Promise.all([look(), look()]);
    expect(first.counts).toEqual(second.counts);
    expect(first.fatal).toBeNull();
    expect(first.counts.rows).toBeGreaterThan(0);
    await rm(uploads, { recursive: true });
    const { counts } = await register.confirm(importId);
    expect(counts.rows).toBe(first.counts.rows);
    expect(await readdir(uploads)).toEqual([]);
    await discardImport(register.deps, { importId: abandoned, agencyId: register.agency.id });
    expect(
      await register.sql`select import_id from import_parts where import_id in (${importId}, ${abandoned})`,
    ).toEqual([]);
  });

  test('a file that is gone is told, not taken for empty', async () => {
    const { importId } = await register.received(EMPLOYERS);
    await previewImport(register.deps, { importId, agencyId: register.agency.id });
    const { rm } = await import('node:fs/promises');
    await rm(`${register.dataDir}/uploads`, { recursive: true });
    await register.sql`delete from import_parts where import_id = ${importId}`;
    await expect(register.confirm(importId)).rejects.toMatchObject({ code: 'upload_gone' });
  });
});

describe('the audience of a wave', () => {
  test('by sector, place and size, with facts of the record that counts', async () => {
    await register.importText(
      `company,city,state,zip,county,naics,jobs,email,hiring authority
Acme LLC,Butte,MT,59701,Silver Bow,722511,12,ana@acme.example,yes
Acme Diner LLC,butte,MT,59701,Silver Bow,722511,9,ben@acme.example,no
Birch Inc,Havre,MT,59501,Hill,621111,300,cy@birch.example,
Cedar Works,Butte,MT,59701,Silver Bow,332710,0,di@cedar.example,
No Contact,Butte,MT,59701,Silver Bow,332710,40,,
`,
    );
    const names = async (filter: object) =>
      (await listAudience(register.db, audienceFilter.parse(filter))).map((one) => one.email.split('@')[0]);
    expect(await names({})).toEqual(['ana', 'ben', 'cy', 'di']);
    expect(await names({ naicsPrefixes: ['72', '332'] })).toEqual(['ana', 'ben', 'di']);
    expect(await names({ cities: ['Butte'], sizeBands: ['10-49', 'unknown'] })).toEqual(['ana', 'di']);
    expect(await names({ zipPrefixes: ['595'] })).toEqual(['cy']);
    expect(await names({ counties: ['silver bow'], hiringAuthorityOnly: true })).toEqual(['ana']);
    expect(await names({ states: ['WY'] })).toEqual([]);
    expect(() => audienceFilter.parse({ naicsPrefixes: ["72' or true --"] })).toThrow();
    // Acme and Acme Diner share a domain, so they count once until somebody decides.
    expect(await countAudience(register.db, audienceFilter.parse({}))).toEqual({
      contacts: 4,
      active: 4,
      units: 3,
    });

    const [pair] = await register.sql`select id, employer_a_id from duplicate_proposals`;
    const actor = { agencyId: register.agency.id, staffId: register.ana };
    await mergeDuplicate(register.deps, { ...actor, proposalId: Number(pair?.id) });
    const merged = await listAudience(register.db, audienceFilter.parse({ naicsPrefixes: ['72'] }));
    expect(merged.map((one) => [one.employerId, one.unitId, one.jobs])).toEqual(
      Array(2).fill([pair?.employer_a_id, pair?.employer_a_id, 12]),
    );
  });
});
