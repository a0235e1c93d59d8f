import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CAREER_CLUSTERS } from '../../src/credentials/career-clusters.ts';
import {
  confirmCredentials,
  previewCredentials,
  receiveCredentials,
} from '../../src/credentials/import-credentials.ts';
import { findCredentialBySlug, listCredentials } from '../../src/credentials/queries.ts';
import { createRegister, type Register } from '../employers/fixture.ts';

let register: Register;
beforeAll(async () => {
  register = await createRegister();
});
afterAll(() => register.remove());

async function importText(text: string | Buffer) {
  const base = { agencyId: register.agency.id, staffId: register.ana };
  const received = await receiveCredentials(register.deps, {
    ...base,
    filename: 'list',
    stream: Readable.from([Buffer.from(text)]),
  });
  if (!received.ok) throw new Error(received.issue.message);
  const preview = await previewCredentials(register.deps, { ...base, importId: received.importId });
  const result = preview.fatal
    ? preview
    : await confirmCredentials(register.deps, { ...base, importId: received.importId });
  return { preview, result };
}

test('the sample list: 70 credentials, no issue, and again unchanged', async () => {
  const sample = await readFile(new URL('../../src/data/credentials-sample.csv', import.meta.url));
  const { preview, result } = await importText(sample);
  expect(preview.issueCounts).toEqual({});
  expect(preview.counts).toEqual(result.counts);
  expect(result.counts).toEqual({
    rows: 70,
    created: 70,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    errors: 0,
    warnings: 0,
  });
  const all = await listCredentials(register.db);
  expect(all).toHaveLength(70);
  expect(new Set(all.map((one) => one.cluster))).toEqual(new Set(CAREER_CLUSTERS));
  expect(await findCredentialBySlug(register.db, 'comptia-a-plus')).toMatchObject({
    name: 'CompTIA A+',
    issuer: { domain: 'comptia.org' },
  });
  const again = await importText(sample);
  expect(again.result.counts).toMatchObject({ created: 0, updated: 0, unchanged: 70 });
});

test('CTDL adds a CTID to what a list had by name, and a later list keeps what it leaves blank', async () => {
  const ctid = 'ce-3b1e6f0a-52c8-4d0b-9c55-0a6a2a6a7f10';
  const resource = {
    '@type': 'ceterms:Certification',
    'ceterms:ctid': ctid,
    'ceterms:name': { 'en-US': 'NCCER Core' },
    'ceterms:ownedBy': { 'ceterms:name': 'NCCER' },
    'ceterms:description': { 'en-US': 'Basic craft skills.' },
  };
  const first = await importText(JSON.stringify(resource));
  expect(first.result.counts).toMatchObject({ rows: 1, created: 0, updated: 1 });
  expect(await findCredentialBySlug(register.db, 'nccer-core')).toMatchObject({
    ctid,
    cluster: 'Construction',
    naicsPrefixes: ['23'],
  });
  const second = await importText(
    'Credential Name,Issuing Organization\nNCCER Core,NCCER\nNCCER Core,NCCER\n,NCCER\n',
  );
  expect(second.result.counts).toMatchObject({ rows: 3, unchanged: 1, skipped: 2 });
  expect(second.result.issueCounts).toEqual({ credential_repeated: 1, credential_name_missing: 1 });
});

test('a broken list is refused with its place, and nothing is stored', async () => {
  const before = await listCredentials(register.db);
  const { preview } = await importText('name,issuer\n"Open,Quote\n');
  expect(preview.fatal).toMatchObject({ code: 'quote_not_closed', line: 2 });
  expect(await listCredentials(register.db)).toEqual(before);
});

test('a CTID whose new name another credential of its issuer has is left out, in the preview as well', async () => {
  const header = 'Credential Name,Issuing Organization,CTID\n';
  const ctid = 'ce-3b1e6f0a-52c8-4d0b-9c55-0a6a2a6a7f99';
  await importText(`${header}Rigger One,Rigging Board,${ctid}\nRigger Two,Rigging Board,\n`);
  const renamed = await importText(`${header}Rigger Two,Another Board,${ctid}\n`);
  expect(renamed.preview.issueCounts).toEqual({ name_taken: 1 });
  expect(renamed.result.counts).toMatchObject({ updated: 0, skipped: 1 });
  // The same within one file, in either order.
  const first = await importText(
    `${header}Rigger Three,Another Board,${ctid}\nRigger Three,Rigging Board,\n`,
  );
  expect(first.result.counts).toMatchObject({ created: 0, updated: 1, skipped: 1 });
  const last = await importText(`${header}Rigger Four,Rigging Board,\nRigger Four,Another Board,${ctid}\n`);
  expect(last.result.counts).toMatchObject({ created: 1, updated: 0, skipped: 1 });
  expect(last.result.issueCounts).toEqual({ name_taken: 1 });
});

test('a name longer than an index takes is left out and said', async () => {
  const name = Array.from({ length: 1_900 }, (_, at) =>
    String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)),
  );
  const { result } = await importText(`name,issuer\n${name.join('')},Long Board\n`);
  expect(result.issueCounts).toEqual({ value_too_long: 1 });
  expect(result.counts).toMatchObject({ rows: 1, created: 0, skipped: 1 });
});
