import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRegister, type Register } from './fixture.ts';

let register: Register;
beforeEach(async () => {
  register = await createRegister();
});
afterEach(() => register.remove());

const rowsOf = async (rows: Promise<readonly object[]>) => (await rows).map((row) => Object.values(row));

describe('an import', () => {
  test('reads counties by name or code, regions, other names and domains', async () => {
    const { result } = await register.importText(
      `company,state,county,county fips,region,aka,email domains
Acme,MT,Silver Bow,,Southwest,Acme Mining; The Acme,acme.example; gmail.com
Birch,MT,,30041,,,@birch.example
Cedar,CT,Hartford,09003,,,
Dover,MT,Atlantis,,,,
Elm,MT,,09110,,,
Fir,MT,,99999,,,
`,
    );
    expect(result.issueCounts).toMatchObject({
      county_unknown: 2,
      county_fips_retired: 1,
      county_fips_elsewhere: 1,
      county_fips_invalid: 1,
      domain_of_free_mail: 1,
    });
    expect(
      await rowsOf(
        register.sql`select legal_name, county, county_fips, region from employers order by legal_name`,
      ),
    ).toEqual([
      ['Acme', 'Silver Bow', '30093', 'Southwest'],
      ['Birch', 'Hill', '30041', ''],
      ['Cedar', 'Hartford', null, ''],
      ['Dover', 'Atlantis', null, ''],
      ['Elm', '', null, ''],
      ['Fir', '', null, ''],
    ]);
    expect(await rowsOf(register.sql`select name from employer_aliases order by name`)).toEqual([
      ['Acme Mining'],
    ]);
    expect(await rowsOf(register.sql`select domain from employer_domains order by domain`)).toEqual([
      ['acme.example'],
      ['birch.example'],
    ]);
  });

  test('keeps sites and who works there', async () => {
    await register.importText(
      `company,state,site,site city,site county,contact,email
Acme,MT,Butte plant,Butte,Silver Bow County,Ana,ana@acme.example
Acme,MT,Havre yard,Havre,Hill,Ben,ben@acme.example
Acme,MT,,,,Cy,cy@acme.example
`,
    );
    expect(
      await rowsOf(
        register.sql`select c.name, s.name as site, s.county, s.county_fips from contacts c
          left join employer_sites s on s.id = c.site_id order by c.name`,
      ),
    ).toEqual([
      ['Ana', 'Butte plant', 'Silver Bow', '30093'],
      ['Ben', 'Havre yard', 'Hill', '30041'],
      ['Cy', null, null, null],
    ]);
    expect(await rowsOf(register.sql`select count(*)::int from employers`)).toEqual([[1]]);
  });

  test('puts companies under the parent that they name, the parent itself too, and moves them with their times', async () => {
    const current = () =>
      rowsOf(register.sql`select e.legal_name, g.name from employer_group_members m
        join employers e on e.id = m.employer_id join employer_groups g on g.id = m.group_id
        where m.left_at is null order by e.legal_name`);
    await register.importText(
      'company,zip,parent\nAcme North,59701,Acme Holdings LLC\nAcme South,59701,"ACME HOLDINGS, L.L.C."\nAcme Holdings,59701,\n',
    );
    expect(await current()).toEqual([
      ['Acme Holdings', 'Acme Holdings LLC'],
      ['Acme North', 'Acme Holdings LLC'],
      ['Acme South', 'Acme Holdings LLC'],
    ]);
    await register.importText('company,zip,parent\nAcme South,59701,Birch Group\nAcme North,59701,\n');
    expect(await current()).toEqual([
      ['Acme Holdings', 'Acme Holdings LLC'],
      ['Acme North', 'Acme Holdings LLC'],
      ['Acme South', 'Birch Group'],
    ]);
    expect(
      await rowsOf(
        register.sql`select count(*)::int as all, count(left_at)::int as gone from employer_group_members`,
      ),
    ).toEqual([[4, 1]]);
  });
});
