import { type SQL, sql } from 'drizzle-orm';
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer }>({
  dataType: () => 'bytea',
});

export const id = () => bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
export const ref = (name: string) => bigint(name, { mode: 'number' });
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** `column IN ('a','b')` for a CHECK that holds a state column to its tuple in types.ts. */
export function oneOf(column: unknown, values: readonly string[]): SQL {
  const list = values.map((value) => `'${value}'`).join(', ');
  return sql`${column} in (${sql.raw(list)})`;
}

/** A CHECK that a column is present exactly in the given states. */
export function presentExactlyIn(column: unknown, state: unknown, values: readonly string[]): SQL {
  return sql`(${column} is not null) = (${oneOf(state, values)})`;
}
