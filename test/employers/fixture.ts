import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createAgency } from '../../src/agencies/create-agency.ts';
import { staffMembers } from '../../src/db/schema/agencies.ts';
import { confirmImport } from '../../src/employers/confirm-import.ts';
import { previewImport } from '../../src/employers/preview-import.ts';
import { receiveImport } from '../../src/employers/receive-import.ts';
import type { ColumnMapping } from '../../src/imports/columns.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const NOW = new Date('2026-03-02T16:00:00Z');

export type UnitsChanged = { employerIds: readonly number[]; unitIds: readonly number[] };

/** A register of its own with an agency, two staff members, and the use cases at hand. */
export async function createRegister() {
  const database: TestDatabase = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-import-'));
  const unitChanges: UnitsChanged[] = [];
  const deps = {
    db: database.db,
    sql: database.sql,
    clock: { now: () => NOW },
    config: { dataDir } as never,
    employerObservers: {
      async unitsChanged(_tx: unknown, change: UnitsChanged) {
        unitChanges.push(change);
      },
      async identityChanged() {},
    },
  };
  const agency = await createAgency(
    database.db,
    {
      slug: 'workforce',
      name: 'Department of Workforce',
      shortName: 'Workforce',
      mailFromName: 'Workforce',
      mailFromAddress: 'ask@workforce.example',
      replyTo: 'help@workforce.example',
      postalAddress: '1 Capitol Way, Helena, MT 59601',
      timeZone: 'America/Denver',
      stateCode: 'MT',
    },
    NOW,
  );
  const staff = await database.db
    .insert(staffMembers)
    .values(
      ['ana', 'ben'].map((name) => ({
        agencyId: agency.id,
        email: `${name}@workforce.example`,
        emailKey: `${name}@workforce.example`,
        name,
        role: 'approver' as const,
        createdAt: NOW,
      })),
    )
    .returning();
  const [ana, ben] = staff.map((one) => one.id) as [number, number];

  async function receive(text: string | Buffer, kind: 'employers' | 'contacts' = 'employers') {
    return receiveImport(deps, {
      kind,
      agencyId: agency.id,
      staffId: ana,
      filename: 'list.csv',
      stream: Readable.from([Buffer.from(text)]),
    });
  }
  async function received(text: string | Buffer, kind: 'employers' | 'contacts' = 'employers') {
    const result = await receive(text, kind);
    if (!result.ok) throw new Error(result.issue.message);
    return result;
  }
  async function preview(
    text: string | Buffer,
    kind: 'employers' | 'contacts' = 'employers',
    mapping?: ColumnMapping,
  ) {
    const { importId } = await received(text, kind);
    const outcome = await previewImport(deps, { importId, agencyId: agency.id, ...(mapping && { mapping }) });
    return { importId, outcome };
  }
  const confirm = (importId: number) => confirmImport(deps, { importId, agencyId: agency.id, staffId: ana });
  async function importText(text: string | Buffer, kind: 'employers' | 'contacts' = 'employers') {
    const { importId, outcome } = await preview(text, kind);
    return { importId, preview: outcome, result: await confirm(importId) };
  }
  /** Everything an import may change, to be compared before and after. */
  async function digest(): Promise<string> {
    const [row] = await database.sql`
      select md5(string_agg(part, '|' order by part)) as digest from (
        select 'e' || to_jsonb(e)::text as part from employers e
        union all select 'c' || to_jsonb(c)::text from contacts c
        union all select 'a' || to_jsonb(a)::text from employer_aliases a
        union all select 'd' || to_jsonb(d)::text from employer_domains d
        union all select 'p' || to_jsonb(p)::text from duplicate_proposals p
        union all select 'm' || to_jsonb(m)::text from employer_merges m
      ) parts`;
    return String(row?.digest);
  }
  return {
    ...database,
    database,
    deps,
    dataDir,
    agency,
    ana,
    ben,
    unitChanges,
    receive,
    received,
    preview,
    confirm,
    importText,
    digest,
    async remove() {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type Register = Awaited<ReturnType<typeof createRegister>>;
