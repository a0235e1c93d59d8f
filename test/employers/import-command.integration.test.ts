import { execFile } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importFiles } from '../../src/import-command.ts';
import type { ImportKind } from '../../src/imports/types.ts';
import { createRegister, type Register } from './fixture.ts';

let register: Register;
beforeEach(async () => {
  register = await createRegister();
});
afterEach(() => register.remove());

const montana = new URL('../../src/data/employers-montana.csv', import.meta.url).pathname;

async function run(files: [ImportKind, string][], write: boolean) {
  let text = '';
  const out = { write: (part: string) => (text += part) };
  const code = await importFiles(register.deps, { files, agencyId: register.agency.id, write }, out);
  return { code, text };
}

test('without --yes it tells what would be done and writes nothing', async () => {
  const before = await register.digest();
  const { code, text } = await run([['employers', montana]], false);
  expect(code).toBe(0);
  expect(text).toContain('would do 2,196 rows: 2,196 created\n');
  expect(text).toContain('warning  Industry code of an earlier edition: 3\n');
  expect(text).toContain(
    'line 191, naics_code: “722110” (Full-Service Restaurants) is of an earlier NAICS edition.',
  );
  expect(text).toContain('nothing was written; add --yes to import');
  expect(await register.digest()).toBe(before);
});

test('employers and their contacts from two files', async () => {
  const employers = join(register.dataDir, 'employers.csv');
  const contacts = join(register.dataDir, 'contacts.csv');
  await writeFile(employers, 'Account ID,Company,ZIP\n17,Acme LLC,59701\n18,Birch Inc,59501\n');
  await writeFile(
    contacts,
    'Account ID,Name,E-mail\n17,Ana Ruiz,ana@acme.example\n99,Lost Person,lost@nowhere.example\n',
  );
  const { code, text } = await run(
    [
      ['employers', employers],
      ['contacts', contacts],
    ],
    true,
  );
  expect(text).toContain('done     2 rows: 2 created\n');
  expect(text).toContain('done     2 rows: 1 left out, 1 contact created\n');
  expect(text).toContain(
    'line 3: No employer matches id “99”. Import the employer first, or correct the row. The contact was left out.',
  );
  expect(code).toBe(1);
});

test('a broken file is told by line and column', async () => {
  const path = join(register.dataDir, 'broken.csv');
  await writeFile(path, 'Company,City\nAcme,Butte\n"Birch,Havre\nCedar,Libby\n');
  const { code, text } = await run([['employers', path]], true);
  expect(code).toBe(1);
  expect(text).toContain('line 3: A quotation mark opens in column 1 (“Company”) and is never closed');
  expect(text).toContain('nothing was imported');
});

test('the command itself refuses 200 MB, a missing file and a wrong word, each in a sentence', async () => {
  const big = join(register.dataDir, 'big.csv');
  await writeFile(big, '');
  await truncate(big, 200 * 1024 * 1024);
  const bin = new URL('../../src/bin.js', import.meta.url).pathname;
  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, [bin, 'import', ...args]).then(
      () => '',
      (fault: { stderr: string }) => fault.stderr,
    );
  const [tooBig, missing, wrong] = await Promise.all([
    command('employers', big),
    command('employers', '/nowhere.csv'),
    command('people', montana),
  ]);
  expect(tooBig).toBe(
    'countersign import: big.csv has 200 MB; at most 50 MB can be imported. Split it into smaller files.\n',
  );
  expect(missing).toBe('countersign import: there is no file /nowhere.csv\n');
  expect(wrong).toContain('say what to import and from which file');
});
