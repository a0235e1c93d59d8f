import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import type { Agency } from './queries.ts';

export type NewAgency = Omit<typeof agencies.$inferInsert, 'createdAt'>;

export async function createAgency(db: Db, input: NewAgency, now: Date): Promise<Agency> {
  const [agency] = await db
    .insert(agencies)
    .values({ ...input, createdAt: now })
    .returning();
  return agency as Agency;
}
