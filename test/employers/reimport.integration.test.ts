import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvLine } from '../../src/lib/csv-write.ts';
import { createRegister, type Register } from './fixture.ts';

let register: Register;
beforeAll(async () => {
  register = await createRegister();
});
afterAll(() => register.remove());

const HEADERS = [
  'id',
  'fein',
  'company',
  'street',
  'city',
  'state',
  'zip',
  'naics',
  'jobs',
  'contact',
  'email',
  'website',
];
const row = fc.tuple(
  fc.constantFrom('', '', '1', '2', '3', '=4'),
  fc.constantFrom('', '', '', '12-3456789', '98-7654321', '11-1'),
  fc.constantFrom(
    'Acme LLC',
    'ACME, INC.',
    'The Acme',
    'Birch DBA Acme',
    'Birch (fka Oak)',
    'Café Zoë',
    "'=x",
    '',
    'Cedar  Works',
  ),
  fc.constantFrom('', '1 Elm Street', '1 ELM ST', 'PO Box 7 (rear)'),
  fc.constantFrom('', 'Butte', 'BUTTE', 'Havre'),
  fc.constantFrom('', 'MT', 'Montana', 'XX'),
  fc.constantFrom('', '59701', '59701-1234', '5970', '59501'),
  fc.constantFrom('', '722511', '722110', '72', '999'),
  fc.constantFrom('', '0', '12', '1,200', 'many'),
  fc.constantFrom('', 'Ana', 'Ben "B" Roe'),
  fc.constantFrom('', 'a@acme.example', 'A@ACME.example', 'b@gmail.com', 'c@birch.example', 'no'),
  fc.constantFrom('', 'www.acme.example', 'nonsense'),
);

test('whatever a list holds, importing it again changes nothing, and the preview foretold what happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), async (rows) => {
      await register.sql`truncate employers, imports restart identity cascade`;
      const text = [HEADERS, ...rows].map((cells) => csvLine(cells)).join('');
      const { preview, result } = await register.importText(text);
      const { rows: total, created, updated, unchanged, repeated, skipped } = result.counts;
      expect(created + updated + unchanged + repeated + skipped).toBe(total);
      const { issueCounts, counts } = preview;
      expect({ issueCounts, counts }).toEqual({
        issueCounts: result.issueCounts,
        counts: expect.objectContaining(counts),
      });
      expect(result.counts).toMatchObject(counts);

      const before = await register.digest();
      const again = await register.importText(text);
      expect(again.result.counts).toMatchObject({
        created: 0,
        updated: 0,
        contactsCreated: 0,
        contactsUpdated: 0,
      });
      expect(again.result.duplicatesProposed).toBe(0);
      expect(await register.digest()).toBe(before);

      const [units] = await register.sql`
        select count(*)::int as wrong from employers e where unit_id > id or not exists (select from employers u where u.id = e.unit_id and u.unit_id = u.id)`;
      expect(units).toEqual({ wrong: 0 });
    }),
    { numRuns: 40 },
  );
});
