import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { IMPERSONAL_COLUMNS, PERSONAL_COLUMNS } from '../../src/records/personal-columns.ts';

const FREE = /^(text|jsonb|bytea|character varying|inet)(\[\])?$/;

/** Columns that hold what somebody typed or bytes of anything; closed sets of words are no such columns. */
async function freeColumns(): Promise<string[]> {
  const found: string[] = [];
  for (const file of readdirSync('src/db/schema')) {
    const exported: Record<string, unknown> = await import(pathToFileURL(`src/db/schema/${file}`).href);
    for (const table of Object.values(exported)) {
      if (!(table instanceof PgTable)) continue;
      const { name, columns } = getTableConfig(table);
      for (const column of columns) {
        if (FREE.test(column.getSQLType()) && !column.enumValues?.length)
          found.push(`${name}.${column.name}`);
      }
    }
  }
  return found.sort();
}

const namesOf = (columns: Record<string, readonly string[]>) =>
  Object.entries(columns).flatMap(([table, names]) => names.map((name) => `${table}.${name}`));
const personal = Object.values(PERSONAL_COLUMNS).flatMap(namesOf);
const impersonal = IMPERSONAL_COLUMNS.flatMap(({ columns }) => namesOf(columns));

describe('every column that may hold something personal', () => {
  it('has a class of retention in src/records/personal-columns.ts, or stands there with why it needs none', async () => {
    const declared = new Set([...personal, ...impersonal]);
    const schema = await freeColumns();
    expect(schema.length).toBeGreaterThan(200);
    expect(schema.filter((name) => !declared.has(name))).toEqual([]);
  });

  it('is declared once, and there is such a column', async () => {
    const declared = [...personal, ...impersonal];
    expect(declared.filter((name, index) => declared.indexOf(name) !== index)).toEqual([]);
    const schema = new Set(await freeColumns());
    expect(declared.filter((name) => !schema.has(name))).toEqual([]);
  });
});
