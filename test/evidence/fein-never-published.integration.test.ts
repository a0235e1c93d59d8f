import { expect, it } from 'vitest';
import { describeFacts } from '../../src/evidence/packet-queries.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import { createTestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld } from '../support/evidence/world.ts';

it('is in no public page, no answer of the API and nothing that a packet is made of', async () => {
  const test = await createTestApp();
  try {
    const { db, sql } = test.deps;
    const world = await createWorld(db);
    const credentialId = await createCredential(db);
    await employersSay(db, world, credentialId, 3, month(0), { answeredAt: month(1) });
    const rows = await sql<{ fein: string; id: number }[]>`
      update employers set fein = '98765432' || (row_number % 10) from (
        select id as own, row_number() over (order by id) from employers) n
      where n.own = employers.id returning fein, id`;
    expect(rows).toHaveLength(3);
    const facts = await loadFacts(db, credentialId, month(2));
    const told = [JSON.stringify([facts, await describeFacts(db, facts)])];
    const [credential] = await sql<
      { slug: string }[]
    >`select slug from credentials where id = ${credentialId}`;
    for (const url of ['/', '/credentials', `/credentials/${credential!.slug}`, '/api/v1/openapi.json']) {
      told.push((await test.app.inject({ url })).body);
    }
    for (const text of told) {
      for (const { fein } of rows) expect(text).not.toContain(fein);
      expect(text).not.toContain('98-76543');
    }
  } finally {
    await test.close();
  }
});
