import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { finishImports } from '../../src/employers/finish-imports.ts';
import { CSV_MAX_BYTES } from '../../src/lib/csv-inspect.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

let given: TestApp;
let ana: StaffBrowser;
let ben: StaffBrowser;
let viewer: StaffBrowser;
let outsider: StaffBrowser;
let upload: (
  file: Buffer | string,
  kind?: string,
  headers?: Record<string, string>,
) => ReturnType<StaffBrowser['get']>;

const sample = (name: string) => readFile(new URL(`../../src/data/${name}`, import.meta.url));

beforeAll(async () => {
  given = await createTestApp();
  const agency = await makeAgency(given);
  const other = await makeAgency(given);
  const [first, second, third] = [
    await makeStaff(given, agency.id, 'editor'),
    await makeStaff(given, agency.id, 'editor'),
    await makeStaff(given, agency.id, 'viewer'),
  ];
  ana = await signInAs(given, first.id);
  ben = await signInAs(given, second.id);
  viewer = await signInAs(given, third.id);
  outsider = await signInAs(given, (await makeStaff(given, other.id, 'editor')).id);
  upload = await uploaderFor(first.id);
});
afterAll(() => given.close());

/** A browser that sends a file. */
async function uploaderFor(staffId: number) {
  const origin = { 'sec-fetch-site': 'same-origin' };
  const link = new URL(await createSignInLink(given.deps, { id: staffId }));
  const signedIn = await given.app.inject({
    method: 'POST',
    url: link.pathname,
    headers: { ...origin, 'content-type': 'application/x-www-form-urlencoded' },
  });
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return (file: Buffer | string, kind = 'employers', headers: Record<string, string> = {}) => {
    const boundary = 'boundary-of-this-test';
    const payload = Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n${kind}\r\n`),
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="../list.csv"\r\nContent-Type: text/csv\r\n\r\n`,
      ),
      Buffer.from(file),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    return given.app.inject({
      method: 'POST',
      url: '/staff/imports',
      payload,
      headers: { ...origin, cookie, 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
    });
  };
}

/** Names of the uploads on disk; the folder comes with the first. */
function storedUploads(): Promise<string[]> {
  return readdir(join(given.deps.config.dataDir, 'uploads')).catch(() => []);
}

const located = (response: { headers: Record<string, unknown> }) => String(response.headers.location);
const idIn = (path: string) => Number(/\/(\d+)/.exec(path)?.[1]);

/** What the page's form would send, as it stands. */
function selected(html: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [, name, options] of html.matchAll(/<select[^>]* name="([^"]+)"[^>]*>(.*?)<\/select>/gs)) {
    values[name as string] = /<option value="([^"]*)" selected/.exec(options as string)?.[1] ?? '';
  }
  return values;
}

describe('an import, page by page', () => {
  test('upload, choose columns, check, confirm, result, again', async () => {
    const received = await upload(await sample('employers-montana.csv'));
    expect(received.statusCode).toBe(303);
    const columnsUrl = located(received);
    const columns = await ana.get(columnsUrl);
    expect(columns.body).toContain('BETTER BUSINESS SYSTEMS INC');
    const chosen = selected(columns.body);
    expect(Object.values(chosen)).toEqual([
      'legal_name',
      'address',
      'city',
      'state',
      'zip',
      'naics_code',
      'legal_form',
      'jobs',
    ]);

    const checked = await ana.post(columnsUrl, chosen);
    expect(checked.statusCode).toBe(303);
    const preview = await ana.get(located(checked));
    expect(preview.body).toContain('Check before importing');
    expect(preview.body).toContain('2,196');
    expect(preview.body).toContain('Industry code of an earlier edition (3)');
    expect((await ana.get('/staff/employers')).body).toContain('There are no employers yet');

    // What would be created is not told as what was.
    expect((await ana.get('/staff/imports')).body).toContain(
      '<td data-label="Created" class="cs-numeric"></td>',
    );

    const confirmed = await ana.post(`${located(checked)}/confirm`);
    expect(confirmed.statusCode).toBe(303);
    const waiting = await ana.get(located(confirmed));
    expect(waiting.body).toContain('<h1>Importing</h1>');
    expect(waiting.body).toContain('0 of 2,196');
    expect(waiting.body).toContain('Waits for its turn.');
    expect(waiting.body).not.toContain('/cancel"');
    expect((await ana.post(`${located(checked)}/cancel`)).statusCode).toBe(409);
    expect((await ana.get('/staff/imports')).body).toContain('Importing');
    given.clock.advance(180_000);
    expect((await ana.get(located(confirmed))).body).toContain('no worker is running');
    await finishImports(given.deps);
    const result = await ana.get(located(confirmed));
    expect(result.body).toContain('4 possible duplicates to decide');
    const again = await ana.post(`${located(checked)}/confirm`);
    // Clicked twice: the page that says what was imported, not that somebody was first.
    expect([again.statusCode, located(again)]).toEqual([303, located(checked)]);

    const issues = await ana.get(`${located(checked)}/issues.csv`);
    expect(issues.headers['content-type']).toContain('text/csv');
    expect(issues.body.split('\r\n')).toHaveLength(626 + 2);
    expect((await ana.get(`${located(checked)}/issues?code=naics_retired`)).body).toContain(
      'Line 191, naics_code',
    );
    // The upload is not kept once it is imported.
    expect(await storedUploads()).toEqual([]);
  });

  test('a column given to two fields, or a needed one to none, is told beside the column', async () => {
    const columnsUrl = located(await upload('Firm,Trading,Town\nAcme,Acme Shop,Butte\n'));
    const twice = await ana.post(columnsUrl, { 'column-0': 'city', 'column-2': 'city' });
    expect(twice.statusCode).toBe(422);
    expect(twice.body).toContain('There is a problem');
    expect(twice.body).toContain('“City” is chosen for “Firm” already');
    expect(twice.body).toContain('Choose the column for “Legal name of the employer”');
    await ana.post(columnsUrl, { 'column-0': 'legal_name', 'column-1': 'dba', 'column-2': 'city' });
    // The next file with these headers remembers.
    const next = await ana.get(located(await upload('Firm,Trading,Town\nBirch,Birch Shop,Havre\n')));
    expect(Object.values(selected(next.body))).toEqual(['legal_name', 'dba', 'city']);
  });

  test('confirmed before it was checked: back to the step that is open, and nothing is imported', async () => {
    const columnsUrl = located(await upload('Firm\nHasty Acme\n'));
    const importUrl = columnsUrl.replace('/columns', '');
    const hasty = await ana.post(`${importUrl}/confirm`);
    expect(located(await ana.get(located(hasty)))).toBe(columnsUrl);
    expect((await ana.get('/staff/employers?text=hasty')).body).toContain('No employer fits');
  });

  test('NUL in a header is no fault of the browser; a name without letters names nobody', async () => {
    const columnsUrl = located(await upload('Name,Od\0d\nNil Acme,1\n!!!,2\n'));
    const checked = await ana.post(columnsUrl, { 'column-0': 'legal_name' });
    const preview = await ana.get(located(checked));
    expect(preview.body).toContain('Nil Acme');
    expect(preview.body).toContain('“!!!” has no letter or digit');
  });

  test.each([
    ['a column too many', `${'c,'.repeat(500)}c\n1\n`, 'employers', 'The file has 501 columns'],
    ['no kind', 'Name\nAcme\n', 'people', 'Choose what the file holds'],
    [
      'a workbook',
      Buffer.from('504b0304140006000800', 'hex'),
      'employers',
      'This looks like an Excel workbook',
    ],
    ['nothing', '', 'employers', 'The file holds no text'],
    ['a broken header', '"Name,City\nAcme,Butte\n', 'employers', 'never closed'],
  ])('%s is refused in words', async (_name, file, kind, words) => {
    const refused = await upload(file, kind);
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain(words);
    expect(refused.body).not.toContain('node_modules');
  });

  test('broken quoting further down is placed, and the file cannot be confirmed', async () => {
    const columnsUrl = located(await upload(`Name,City\n${'Acme,Butte\n'.repeat(200)}"Birch,Havre\n`));
    const url = located(await ana.post(columnsUrl, { 'column-0': 'legal_name', 'column-1': 'city' }));
    const page = await ana.get(url);
    expect(page.body).toContain('Nothing was imported');
    expect(page.body).toContain('Line 202');
    expect(located(await ana.post(`${url}/confirm`))).toBe(url);
    expect((await ana.get(url)).body).toContain('Nothing was imported');
  });

  test('a file above the limit is refused before it is read, and while it is read', async () => {
    const before = await storedUploads();
    const early = await upload('Name\nAcme\n', 'employers', { 'content-length': String(200 * 1024 * 1024) });
    expect(early.statusCode).toBe(413);
    expect(early.body).toContain('The file has 200 MB; at most 50 MB can be imported');
    const late = await upload(Buffer.alloc(CSV_MAX_BYTES + 1, 'a'));
    expect(late.statusCode).toBe(413);
    expect(await storedUploads()).toEqual(before);
  });

  test('another agency does not see the import, a viewer cannot import, a cancelled one is over', async () => {
    const url = located(await upload('Name\nAcme\n')).replace('/columns', '');
    for (const path of [url, `${url}/columns`, `${url}/issues`, `${url}/issues.csv`]) {
      expect((await outsider.get(path)).statusCode).toBe(404);
    }
    expect((await outsider.post(`${url}/confirm`)).statusCode).toBe(404);
    expect((await viewer.get('/staff/imports/new')).statusCode).toBe(403);
    expect((await viewer.post(`${url}/cancel`)).statusCode).toBe(403);
    expect((await ana.post(`${url}/cancel`)).statusCode).toBe(303);
    expect((await ana.post(`${url}/columns`, { 'column-0': 'legal_name' })).statusCode).toBe(409);
  });

  test('credentials as JSON-LD need no columns', async () => {
    const resource = {
      '@type': 'ceterms:License',
      'ceterms:name': 'Barber License',
      'ceterms:ownedBy': { 'ceterms:name': 'State Board' },
    };
    const columnsUrl = located(await upload(JSON.stringify(resource), 'credentials'));
    expect((await ana.get(columnsUrl)).body).toContain('no columns to choose');
    const url = located(await ana.post(columnsUrl));
    await ana.post(`${url}/confirm`);
    expect((await ana.get('/staff/credentials')).body).toContain('Barber License');
    expect((await ana.get('/staff/credentials/barber-license')).body).toContain('State Board');
    expect((await ana.get('/staff/credentials/no-such')).statusCode).toBe(404);
  });
});

describe('employers and their possible duplicates', () => {
  test('the list is searched and filtered, and strange filters are no fault', async () => {
    expect((await ana.get('/staff/employers?text=eye+center')).body).toContain('ROCKY MOUNTAIN EYE CENTER');
    const health = await ana.get('/staff/employers?sector=62&city=Butte&size=50-249');
    expect(health.body).toMatch(/<caption>\d+ employers?<\/caption>/);
    expect((await ana.get('/staff/employers?page=2')).body).toContain('51 to 100 of 2,196');
    for (const query of ['sector=%00', 'size=huge', 'page=-1', 'text=%25_%5C', `text=${'x'.repeat(5000)}`]) {
      expect((await ana.get(`/staff/employers?${query}`)).statusCode).toBe(200);
    }
    for (const id of ['0', '99999999', 'abc', '9'.repeat(40)]) {
      expect((await ana.get(`/staff/employers/${id}`)).statusCode).toBe(404);
    }
  });

  test('two records are compared, merged, and taken apart by a second person', async () => {
    const list = await ana.get('/staff/employers/duplicates');
    expect(list.body).toContain('To decide (4)');
    const path = /href="(\/staff\/employers\/duplicates\/\d+)"/.exec(list.body)?.[1] as string;
    const pair = await ana.get(path);
    expect(pair.body).toContain('Same name, legal form and punctuation aside');
    expect((await viewer.post(path, { decision: 'merge' })).statusCode).toBe(403);
    expect((await ana.post(path, {})).statusCode).toBe(422);

    const merged = await ana.post(path, { decision: 'merge', reason: 'One firm, two spellings' });
    expect((await ana.get(located(merged))).body).toContain('To decide (3)');
    expect((await ana.post(path, { decision: 'merge' })).statusCode).toBe(409);
    const [record] = await given.deps
      .sql`select id, merged_into_id from employers where merged_into_id is not null`;
    expect((await ana.get(`/staff/employers/${record?.id}`)).body).toContain('This record was merged into');
    expect((await ana.get(`/staff/employers/${record?.merged_into_id}`)).body).toContain(
      'Counts as one employer with',
    );

    expect((await ana.post(`${path}/reopen`, { reason: '' })).statusCode).toBe(422);
    const asked = await ana.post(`${path}/reopen`, { reason: 'Two firms after all' });
    expect((await ana.get(located(asked))).body).toContain('so another person must confirm it');
    expect((await ana.post(`${path}/confirm`)).statusCode).toBe(403);
    expect((await viewer.post(`${path}/confirm`)).statusCode).toBe(403);
    expect((await ben.get(path)).body).toContain('“Two firms after all”');
    expect((await ben.post(`${path}/confirm`)).statusCode).toBe(303);
    expect((await ben.get('/staff/employers/duplicates')).body).toContain('To decide (4)');
  });

  test('an employer is changed with audit, and what is typed wrong is said beside its field', async () => {
    const [one] = await given.deps
      .sql`select id from employers where merged_into_id is null order by id desc limit 1`;
    const path = `/staff/employers/${one?.id}`;
    const form = await ana.get(`${path}/edit`);
    const seenAt = /name="seenAt" value="([^"]+)"/.exec(form.body)?.[1] as string;
    const good = {
      seenAt,
      legalName: 'Edited Works LLC',
      aliases: 'Works of Old\nThe Works',
      fein: '98-7654321',
      parent: 'Edited Holdings',
      domains: 'edited.example',
      state: 'Montana',
      county: 'silver bow',
      jobs: '1,200',
    };
    expect((await viewer.get(`${path}/edit`)).statusCode).toBe(403);
    const bad = await ana.post(`${path}/edit`, {
      ...good,
      legalName: ' ',
      fein: '123',
      domains: 'gmail.com',
      state: 'Atlantis',
      county: 'Nowhere',
    });
    expect(bad.statusCode).toBe(422);
    for (const sentence of [
      'Enter the legal name',
      'Enter nine digits',
      'anybody can have',
      'Enter a state',
    ]) {
      expect(bad.body).toContain(sentence);
    }
    const unknown = await ana.post(`${path}/edit`, { ...good, county: 'Nowhere' });
    expect(unknown.body).toContain('Enter a county of MT');
    expect((await ana.post(`${path}/edit`, good)).statusCode).toBe(303);
    const page = (await ana.get(path)).body;
    for (const shown of [
      'Edited Works LLC',
      '98-7654321',
      'Silver Bow, FIPS 30093',
      'Group: Edited Holdings',
    ]) {
      expect(page).toContain(shown);
    }
    const stale = { ...good, seenAt: '2000-01-01T00:00:00.000Z' };
    expect((await ana.post(`${path}/edit`, stale)).statusCode).toBe(409);
    const audits = await given.deps.sql`select details from audit_events where action = 'employer.edited'`;
    expect(JSON.stringify(audits[0]?.details)).toContain('"fein"');
    expect(JSON.stringify(audits)).not.toContain('987654321');

    const site = await ana.post(`${path}/sites/new`, { name: 'Butte plant', state: 'MT', county: '30093' });
    expect((await ana.get(located(site))).body).toContain('Butte plant');
    expect((await ana.post(`${path}/sites/new`, { name: 'butte PLANT' })).statusCode).toBe(422);
    expect((await ana.post(`${path}/sites/new`, { name: '' })).statusCode).toBe(422);
    expect((await ana.get(`${path}/sites/999999`)).statusCode).toBe(404);
  });

  test('the list counts contacts of merged records too, and a page that is not there says so', async () => {
    const rows = await given.deps.sql<{ id: number; mergedIntoId: number }[]>`
      select id, merged_into_id as "mergedIntoId" from employers where merged_into_id is null order by id limit 2`;
    const [kept, merged] = [rows[0]!.id, rows[1]!.id];
    await given.deps.sql.begin(async (tx) => {
      await tx`insert into contacts (employer_id, name, email, email_key, email_domain, title, phone, language, created_at, updated_at)
        select e, '', e || '@counted.example', e || '@counted.example', 'counted.example', '', '', 'en', now(), now()
        from unnest(${[kept, merged]}::bigint[]) e`;
      await tx`update employers set merged_into_id = ${kept} where id = ${merged}`;
    });
    try {
      const list = (await ana.get('/staff/employers?text=counted.example')).body;
      expect(list).toMatch(
        new RegExp(`/staff/employers/${kept}"[\\s\\S]*?data-label="Contacts" class="cs-numeric">2<`),
      );
    } finally {
      await given.deps.sql`update employers set merged_into_id = null where id = ${merged}`;
      await given.deps.sql`delete from contacts where email_domain = 'counted.example'`;
    }
    const beyond = (await ana.get('/staff/employers?page=99999')).body;
    expect(beyond).toContain('There is nothing on this page.');
    expect(beyond).not.toContain('There are no employers yet');
  });

  test('the number of another record is asked for again when there is none, and what was typed stays', async () => {
    const [one] = await given.deps.sql<{ id: number }[]>`select id from employers order by id limit 1`;
    const url = `/staff/employers/${one!.id}/duplicate-of`;
    for (const [other, message] of [
      ['', 'Enter the number of the other record'],
      ['999999999', 'There is no record of this number'],
      [String(one!.id), 'this is the number of this one'],
    ] as const) {
      const refused = await ana.post(url, { other });
      expect(refused.statusCode).toBe(422);
      expect(refused.body).toContain(message);
      expect(refused.body).toContain(`value="${other}"`);
    }
  });

  test('a contact who left is marked, and an import does not revive them', async () => {
    const columnsUrl = located(
      await upload('company,zip,contact name,email\nQuill Works,59601,Jo Quill,jo@quill.example\n'),
    );
    const url = located(await ana.post(columnsUrl, selected((await ana.get(columnsUrl)).body)));
    await ana.post(`${url}/confirm`);
    const [contact] = await given.deps
      .sql`select id, employer_id from contacts where email_key = 'jo@quill.example'`;
    const employer = `/staff/employers/${contact?.employer_id}`;
    expect((await ana.get(employer)).body).toContain('jo@quill.example');
    expect((await ana.post(`${employer}/contacts/${contact?.id}`, { state: 'left' })).statusCode).toBe(303);
    expect((await ana.get(employer)).body).toContain('Left the employer');
    expect(
      (await ana.post(`/staff/employers/1/contacts/${contact?.id}`, { state: 'active' })).statusCode,
    ).toBe(404);
    const again = located(
      await upload('company,zip,contact name,email\nQuill Works,59601,Jo Quill,jo@quill.example\n'),
    );
    const preview = await ana.get(located(await ana.post(again, selected((await ana.get(again)).body))));
    expect(preview.body).toContain('Contact no longer active (1)');
    expect(idIn(again)).toBeGreaterThan(0);
  });
});
