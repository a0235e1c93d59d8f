import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markDistinct, mergeDuplicate } from '../../src/employers/decide-duplicate.ts';
import { proposePair } from '../../src/employers/propose-pair.ts';
import { refreshCountingUnits } from '../../src/employers/refresh-counting-units.ts';
import {
  confirmIdentityChange,
  requestIdentityChange,
  withdrawIdentityChange,
} from '../../src/employers/request-identity-change.ts';
import { blockingKeys, phoneKey } from '../../src/employers/rules/duplicates.ts';
import { cityKey } from '../../src/employers/rules/employer-values.ts';
import { blockingKeysInSql } from './blocking-keys-in-sql.ts';
import { createRegister, NOW, type Register } from './fixture.ts';

let register: Register;
beforeEach(async () => {
  register = await createRegister();
});
afterEach(() => register.remove());

const HEADER = 'name,address,city,state,zip,fein,website\n';
// Four records of one name in one state: six proposals, one unit.
const QUARTET = `${HEADER}Acme LLC,1 Elm St,Butte,MT,59701,,\nAcme Inc,2 Oak St,Havre,MT,59501,,\nACME,3 Fir St,Libby,MT,59923,,\nThe Acme Co.,4 Ash St,Ronan,MT,59864,,\n`;

async function units(): Promise<number[]> {
  const rows = await register.sql`select unit_id from employers order by id`;
  const ids = await register.sql`select id from employers order by id`;
  const position = new Map(ids.map((row, at) => [Number(row.id), at]));
  return rows.map((row) => position.get(Number(row.unit_id)) as number);
}

async function proposal(a: number, b: number): Promise<number> {
  const ids = (await register.sql`select id from employers order by id`).map((row) => Number(row.id));
  const [row] = await register.sql`
    select id from duplicate_proposals where employer_a_id = ${ids[a] as number} and employer_b_id = ${ids[b] as number}`;
  return Number(row?.id);
}

const by = (staffId: number) => ({ agencyId: register.agency.id, staffId });

describe('proposals', () => {
  test('an own domain proposes, a free-mail domain never does', async () => {
    await register.importText(
      'company,city,state,email\nNorth Clinic,Butte,MT,a@prairie.example\nSouth Lab,Havre,MT,b@prairie.example\nEast Farm,Libby,MT,c@gmail.com\nWest Farm,Libby,MT,d@gmail.com\n',
    );
    const rows = await register.sql`select reasons from duplicate_proposals`;
    expect(rows.map((row) => row.reasons)).toEqual([
      [{ code: 'same_domain', weight: 0.6, domain: 'prairie.example' }],
    ]);
  });

  test('two FEINs are never proposed, and one FEIN is one record', async () => {
    const { result } = await register.importText(
      `${HEADER}Acme LLC,1 Elm St,Butte,MT,59701,12-3456789,\nAcme LLC,1 Elm St,Butte,MT,59701,98-7654321,\nAcme of Butte,9 Pine St,Butte,MT,59701,123456789,\n`,
    );
    expect(result.counts).toMatchObject({ created: 2, repeated: 1, duplicatesProposed: 0 });
    expect(result.issueCounts).toMatchObject({ row_contradicts: 1 });
  });

  test('a name that half the list shares is reported, not compared pair by pair', async () => {
    const rows = Array.from(
      { length: 45 },
      (_, at) => `Subway,${at} Elm St,Butte,MT,597${String(at).padStart(2, '0')},,`,
    );
    const { result } = await register.importText(`${HEADER}${rows.join('\n')}\n`);
    expect(result.counts).toMatchObject({ created: 45, duplicatesProposed: 0 });
    const [issue] = await register.sql`select line, message from import_issues where code = 'many_alike'`;
    expect(issue?.message).toContain('45 employers share the name “subway”');
  });

  test('SQL and the rule build the same blocking keys', async () => {
    await register.importText(
      'name,dba,address,city,state,zip,website,phone\n"Kismet & Söhne, LLC",Parkview Care,"100 N. Main Street, Suite 5",St. Regis,MT,59866,www.kismet.example,406-555-0100 x12\nNowhere Inc,,,,,,,\n',
    );
    const rows = await register.sql`
      select e.*, (select coalesce(array_agg(name_key), '{}') from employer_aliases where employer_id = e.id) as aliases,
        (select coalesce(array_agg(domain), '{}') from employer_domains where employer_id = e.id) as domains from employers e order by id`;
    const expected = rows.flatMap((row) =>
      blockingKeys({
        id: Number(row.id),
        nameKey: row.name_key,
        aliasKeys: row.aliases,
        fein: row.fein,
        addressKey: row.address_key,
        cityKey: cityKey(row.city),
        state: row.state,
        zip: row.zip,
        domains: row.domains,
        phoneKey: phoneKey(row.phone),
      }).map((key) => `${row.id} ${key}`),
    );
    expect(await blockingKeysInSql(register.db)).toEqual(expected.sort());
  });
});

describe('decisions', () => {
  beforeEach(async () => {
    const { result } = await register.importText(QUARTET);
    expect(result.duplicatesProposed).toBe(6);
    expect(await units()).toEqual([0, 0, 0, 0]);
    register.unitChanges.length = 0;
  });

  test('an open proposal keeps records in one unit until every link is settled', async () => {
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [0, 3],
    ] as const) {
      await markDistinct(register.deps, { ...by(register.ana), proposalId: await proposal(a, b) });
    }
    expect(await units()).toEqual([0, 1, 1, 1]);
    await mergeDuplicate(register.deps, { ...by(register.ana), proposalId: await proposal(1, 2) });
    await markDistinct(register.deps, { ...by(register.ana), proposalId: await proposal(1, 3) });
    expect(await units()).toEqual([0, 1, 1, 1]);
    await markDistinct(register.deps, { ...by(register.ana), proposalId: await proposal(2, 3) });
    expect(await units()).toEqual([0, 1, 1, 3]);
    const told = register.unitChanges.flatMap((change) => change.employerIds);
    expect(told).toHaveLength(4);
  });

  test('the older record survives a merge unless another is chosen, and the merged name becomes an alias', async () => {
    const ids = (await register.sql`select id from employers order by id`).map((row) => Number(row.id));
    await mergeDuplicate(register.deps, {
      ...by(register.ana),
      proposalId: await proposal(0, 1),
      survivorId: ids[1] as number,
    });
    await mergeDuplicate(register.deps, { ...by(register.ana), proposalId: await proposal(0, 2) });
    const rows = await register.sql`select id, merged_into_id from employers order by id`;
    expect(rows.map((row) => row.merged_into_id)).toEqual([ids[1], null, ids[1], null]);
  });

  test('a decision is made once; of two people at once one is told so', async () => {
    const id = await proposal(0, 1);
    const results = await Promise.allSettled([
      mergeDuplicate(register.deps, { ...by(register.ana), proposalId: id }),
      markDistinct(register.deps, { ...by(register.ben), proposalId: id }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'already_done' } });
  });

  test('taking a decision back takes a second person and undoes its own merge only', async () => {
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const) {
      await mergeDuplicate(register.deps, { ...by(register.ana), proposalId: await proposal(a, b) });
    }
    const before = await register.sql`select merged_into_id from employers order by id`;
    const id = await proposal(0, 1);
    const ask = (proposalId: number) =>
      requestIdentityChange(register.deps, {
        ...by(register.ana),
        proposalId,
        kind: 'reopen',
        reason: 'two firms',
      });
    await ask(id);
    await expect(ask(id)).rejects.toMatchObject({ code: 'already_done' });
    expect(await register.sql`select merged_into_id from employers order by id`).toEqual(before);
    await expect(
      confirmIdentityChange(register.deps, { ...by(register.ana), proposalId: id }),
    ).rejects.toMatchObject({ code: 'needs_second_person' });
    await confirmIdentityChange(register.deps, { ...by(register.ben), proposalId: id });
    // The other two decisions still say that all three are one.
    expect(await register.sql`select merged_into_id from employers order by id`).toEqual(before);
    const second = await proposal(0, 2);
    await ask(second);
    await withdrawIdentityChange(register.deps, { ...by(register.ana), proposalId: second });
    await expect(
      confirmIdentityChange(register.deps, { ...by(register.ben), proposalId: second }),
    ).rejects.toMatchObject({ code: 'already_done' });
    await ask(second);
    await confirmIdentityChange(register.deps, { ...by(register.ben), proposalId: second });
    const ids = (await register.sql`select id from employers order by id`).map((row) => Number(row.id));
    const after = await register.sql`select merged_into_id from employers order by id`;
    expect(after.map((row) => row.merged_into_id)).toEqual([null, null, ids[1], null]);
  });

  test('merging what somebody said is different takes a second person', async () => {
    await mergeDuplicate(register.deps, { ...by(register.ana), proposalId: await proposal(0, 1) });
    await markDistinct(register.deps, { ...by(register.ana), proposalId: await proposal(1, 2) });
    const id = await proposal(0, 2);
    await expect(
      mergeDuplicate(register.deps, { ...by(register.ana), proposalId: id }),
    ).rejects.toMatchObject({ code: 'needs_second_person' });
    await requestIdentityChange(register.deps, {
      ...by(register.ana),
      proposalId: id,
      kind: 'merge',
      reason: 'the register of companies says so',
    });
    await confirmIdentityChange(register.deps, { ...by(register.ben), proposalId: id });
    const merged =
      await register.sql`select count(*)::int as n from employers where merged_into_id is not null`;
    expect(merged[0]?.n).toBe(2);
  });

  test('a pair that was taken up again keeps when it was open before', async () => {
    const id = await proposal(0, 1);
    await markDistinct(register.deps, { ...by(register.ana), proposalId: id });
    await requestIdentityChange(register.deps, {
      ...by(register.ana),
      proposalId: id,
      kind: 'reopen',
      reason: 'one firm after all',
    });
    await confirmIdentityChange(register.deps, { ...by(register.ben), proposalId: id });
    expect(await register.sql`select proposal_id::int as id from duplicate_openings`).toEqual([{ id }]);
  });

  test('staff name a pair that nothing proposed; it counts once until it is decided', async () => {
    await register.importText('company,zip\nWholly Other Inc,82001\n');
    const ids = (await register.sql`select id::int as id from employers order by id`).map(({ id }) => id);
    const name = () =>
      proposePair(register.deps, { ...by(register.ana), employerIds: [ids.at(-1)!, ids[0]!] });
    const { proposalId, isNew } = await name();
    expect(isNew).toBe(true);
    expect((await units()).at(-1)).toBe(0);
    expect(await name()).toEqual({ proposalId, isNew: false });
  });

  test('two FEINs are not merged', async () => {
    await register.sql`update employers set fein = lpad(id::text, 9, '1')`;
    await expect(
      mergeDuplicate(register.deps, { ...by(register.ana), proposalId: await proposal(0, 1) }),
    ).rejects.toMatchObject({ code: 'different_feins' });
  });

  test('stored units always equal those derived from the links', async () => {
    const [p01, p12] = [await proposal(0, 1), await proposal(1, 2)];
    await mergeDuplicate(register.deps, { ...by(register.ana), proposalId: p01 });
    await markDistinct(register.deps, { ...by(register.ana), proposalId: p12 });
    const changes = await register.db.transaction(async (tx) => {
      const ids = await tx.execute<{ id: number }>(sql`select id from employers`);
      return refreshCountingUnits(
        tx,
        register.deps,
        ids.map((row) => Number(row.id)),
        NOW,
      );
    });
    expect(changes).toEqual([]);
  });
});
