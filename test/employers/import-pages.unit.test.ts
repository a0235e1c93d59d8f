import { expect, test } from 'vitest';
import { importsPage } from '../../src/employers/import-pages.ts';

test('the list of imports counts what the file holds: people in a file of contacts, else employers', () => {
  const row = { id: 1, filename: 'x.csv', state: 'imported', createdAt: new Date(0) } as const;
  const counts = { rows: 9, created: 0, updated: 1, contactsCreated: 7, contactsUpdated: 2 };
  const page = importsPage({
    rows: [
      { ...row, kind: 'contacts', counts },
      { ...row, kind: 'employers', counts },
    ],
    mayImport: true,
  });
  expect(page.rows).toMatchObject([
    { created: '7', updated: '2' },
    { created: '0', updated: '1' },
  ]);
});
