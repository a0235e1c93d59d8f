import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweepUploads } from '../../src/imports/sweep-uploads.ts';
import { createRegister, NOW, type Register } from '../employers/fixture.ts';

let register: Register;
beforeAll(async () => {
  register = await createRegister();
});
afterAll(() => register.remove());

it('cancels imports that nobody confirmed for a week, and removes their files and strays; younger ones stay', async () => {
  const DAY = 86_400_000;
  const { importId: abandoned } = await register.received('company\nOld Acme\n');
  const { importId: previewed } = await register.preview('company\nOld Birch\n');
  const { importId: done } = await register.importText('company\nOld Cedar\n');
  const stray = join(register.dataDir, 'uploads', 'a'.repeat(32));
  await writeFile(stray, 'left by a process that died');
  await utimes(stray, NOW, NOW);

  const at = (days: number) => ({
    ...register.deps,
    clock: { now: () => new Date(NOW.getTime() + days * DAY) },
  });
  expect(await sweepUploads(at(6))).toEqual({ cancelled: 0, removed: 0 });
  expect(await readdir(join(register.dataDir, 'uploads'))).toHaveLength(3);

  expect(await sweepUploads(at(8))).toEqual({ cancelled: 2, removed: 1 });
  expect(await readdir(join(register.dataDir, 'uploads'))).toEqual([]);
  const rows = await register.sql`select id, state from imports order by id`;
  expect(rows.map(({ id, state }) => [Number(id), state])).toEqual([
    [abandoned, 'cancelled'],
    [previewed, 'cancelled'],
    [done, 'imported'],
  ]);
  const audits = await register.sql`select actor_kind from audit_events where action = 'import.cancelled'`;
  expect(audits.map(({ actor_kind }) => actor_kind)).toEqual(['system', 'system']);
  expect(await sweepUploads(at(9))).toEqual({ cancelled: 0, removed: 0 });
});

it('lets go of the file of an import that failed, and keeps the reason', async () => {
  const { importId } = await register.preview('company\n"Open quote\n');
  const partsOf = () => register.sql`select part from import_parts where import_id = ${importId}`;
  const at = (days: number) => ({
    ...register.deps,
    clock: { now: () => new Date(NOW.getTime() + days * 86_400_000) },
  });
  await sweepUploads(at(6));
  expect(await partsOf()).toHaveLength(1);
  await sweepUploads(at(8));
  expect(await partsOf()).toEqual([]);
  const [row] = await register.sql`select state, failure from imports where id = ${importId}`;
  expect(row).toMatchObject({ state: 'failed', failure: expect.stringContaining('quotation mark') });
});
