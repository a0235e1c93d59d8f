import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Applicant } from '../../src/approvals/submit-application.ts';
import { credentials } from '../../src/db/schema/credentials.ts';
import { employerGroupMembers, employerGroups } from '../../src/db/schema/employers.ts';
import { issuerParties } from '../../src/db/schema/evidence.ts';
import type { PolicyPreset } from '../../src/evidence/presets.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { pdf } from '../documents/files.ts';
import { multipart } from '../documents/multipart.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { applyFor, presetOf } from '../support/approvals.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createEmployer, createWorld, type World } from '../support/evidence/world.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';

let test: TestApp;
let world: World;
let ada: StaffBrowser;
let ben: StaffBrowser;
let stranger: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
  stranger = await signInAs(test, (await createWorld(test.deps.db)).staff[0].id);
});
afterAll(() => test.close());

const apply = (policy: PolicyPreset, applicant?: Applicant, credentialId?: number) =>
  applyFor(test.deps, world, policy, {
    ...(applicant && { applicant }),
    ...(credentialId !== undefined && { credentialId }),
  });

describe('documents beside what bodies said', () => {
  it('are attached to votes, letters, reviews and decisions, and opened by the agency alone', async () => {
    const { path } = await apply(presetOf('tennessee'));
    const employer = await createEmployer(test.deps.db);
    const forms: [string, [string, string][]][] = [
      [
        'ballot',
        [
          ['body', 'Employers'],
          ['heldOn', '2026-02-01'],
          ['eligible', '3'],
          ['employer1', String(employer)],
          ['vote1', 'approve'],
        ],
      ],
      [
        'letter',
        [
          ['kind', 'supports'],
          ['board', 'Casper Workforce Board'],
          ['heldOn', '2026-02-01'],
        ],
      ],
      [
        'rubric',
        [
          ['team', 'Team one'],
          ['role', 'review'],
          ['tier', 'Valued'],
          ['heldOn', '2026-02-01'],
        ],
      ],
      [
        'generic',
        [
          ['finding', 'generic'],
          ['source', 'https://issuer.example/exam'],
          ['heldOn', '2026-02-01'],
        ],
      ],
    ];
    for (const [name, fields] of forms) {
      const at = `${path}/bodies/${name}`;
      expect((await ada.get(at)).body).toContain('enctype="multipart/form-data"');
      const broken = await ada.send(at, multipart(fields, { name: 'x.pdf', content: Buffer.from('MZ') }));
      expect(broken.statusCode).toBe(422);
      expect(broken.body).toContain('href="#file"');
      const kept = await ada.send(at, multipart(fields, { name: `${name}.pdf`, content: pdf() }));
      expect(kept.statusCode).toBe(303);
    }
    const page = (await ben.get(`${path}/bodies`)).body;
    for (const [name] of forms) expect(page).toContain(`${name}.pdf (PDF`);
    const href = /href="(\/staff\/documents\/\d+)"/.exec(page)![1]!;
    expect((await ben.get(href)).statusCode).toBe(200);
    expect((await stranger.get(href)).statusCode).toBe(404);

    const decision: [string, string][] = [
      ['decision', 'denied'],
      ['reason', 'The council said no'],
    ];
    const refused = await ada.send(
      `${path}/decide`,
      multipart(decision, { name: 'x.pdf', content: Buffer.from('MZ') }),
    );
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('The council said no');
    const minutes = multipart(decision, { name: 'minutes.pdf', content: pdf() });
    expect((await ada.send(`${path}/decide`, minutes)).statusCode).toBe(303);
    const waiting = (await ben.get(path)).body;
    expect(waiting).toContain('minutes.pdf');
    const decisionId = /name="decisionId" value="(\d+)"/.exec(waiting)![1]!;
    expect((await ben.post(`${path}/decide/confirm`, { decisionId })).statusCode).toBe(303);
    expect((await ada.get(path)).body).toMatch(
      /Attached: <a href="\/staff\/documents\/\d+">minutes\.pdf<\/a>/,
    );
  });
});

describe('whether a credential is generic', () => {
  it('is a finding with a source that Louisiana’s rule reads, and that can be taken back', async () => {
    const { path, credentialId, evaluate } = await apply(presetOf('louisiana'));
    const at = `${path}/bodies/generic`;
    const given = {
      finding: 'vendor_specific',
      source: 'The exam tests one maker’s controls',
      heldOn: '2026-02-01',
    };
    const blank = await ada.post(at, { ...given, source: '' });
    expect(blank.statusCode).toBe(422);
    expect(blank.body).toContain('Enter where it says so');
    expect((await stranger.post(at, given)).statusCode).toBe(404);
    const of = async () => (await evaluate()).bodies!.find(({ kind }) => kind === 'generic')!;
    expect(await of()).toMatchObject({ isMet: false, recordIds: [], exclusions: [] });
    expect((await ada.post(at, given)).statusCode).toBe(303);
    expect(await of()).toMatchObject({ isMet: false, exclusions: [{ reason: 'tied_to_a_vendor' }] });
    const [row] = await test.deps.db.select().from(credentials).where(eq(credentials.id, credentialId));
    expect(row!.vendorSpecific).toBe(true);
    const page = (await ada.get(`${path}/bodies`)).body;
    expect(page).toContain('It is tied to one vendor’s product');
    expect(page).toContain('The exam tests one maker’s controls');
    expect((await ada.get(path)).body).toContain(
      'The credential is generic, not tied to one vendor’s product',
    );

    const excepted = { finding: 'excepted', source: 'Resolution 12 of the council', heldOn: '2026-02-10' };
    expect((await ada.post(at, excepted)).statusCode).toBe(303);
    expect(await of()).toMatchObject({ isMet: true, exclusions: [{ reason: 'replaced_by_later_one' }] });
    const recordId =
      /name="kind" value="vendor_finding"><input type="hidden" name="recordId" value="(\d+)"/.exec(
        (await ada.get(`${path}/bodies`)).body,
      )![1]!;
    const back = { kind: 'vendor_finding', recordId, reason: 'It was about another version' };
    expect((await ada.post(`${path}/bodies/withdraw`, back)).statusCode).toBe(303);
    expect(await of()).toMatchObject({ isMet: false });
  });
});

describe('an employer that applies', () => {
  const says = async (credentialId: number) =>
    employersSay(test.deps.db, world, credentialId, 4, month(0), { answeredAt: month(1) });

  it('is marked with all under its parent: kept, shown, and uncounted with the reason', async () => {
    const { db } = test.deps;
    const credentialId = await createCredential(db);
    const [itself, sister] = (await says(credentialId)) as [number, number, number, number];
    const [group] = await db
      .insert(employerGroups)
      .values({ name: 'Applicant Holdings', nameKey: 'applicant holdings', createdAt: month(0) })
      .returning();
    await db
      .insert(employerGroupMembers)
      .values([itself, sister].map((employerId) => ({ employerId, groupId: group!.id, joinedAt: month(0) })));
    const applicant: Applicant = { kind: 'employers', name: 'The applicant', employerId: itself };
    const { path, evaluate } = await apply(presetOf('wyoming'), applicant, credentialId);
    const found = await evaluate();
    expect(found.figures).toMatchObject({ answered: 4, bothYes: 2, excluded: 2 });
    expect(found.exclusions.map(({ employerId, reason }) => [employerId, reason])).toEqual([
      [itself, 'relation_found'],
      [sister, 'relation_found'],
    ]);
    const page = (await ada.get(path)).body;
    expect(page).toContain(
      'Its internet domain or parent company connects it to those behind the credential',
    );
    const conflicts = (await ada.get('/staff/conflicts')).body;
    expect(conflicts).toContain('The applicant');
    expect(conflicts).toContain('has the same parent company as');
    // The counters that pages read agree.
    const policies = await db.execute<{ id: number }>(
      `select policy_version_id::int as id from tallies where credential_id = ${credentialId}`,
    );
    const tally = await readTally(db, credentialId, policies[0]!.id, test.clock.now());
    expect(tally.figures).toMatchObject({ bothYes: 2, excluded: 2 });

    // It applies for another list: it stands behind the credential once.
    await apply(presetOf('maryland'), applicant, credentialId);
    expect(
      await db.select().from(issuerParties).where(eq(issuerParties.credentialId, credentialId)),
    ).toHaveLength(1);
  });

  it('counts where the policy takes applicants, and its mark shows all the same', async () => {
    const { db } = test.deps;
    const credentialId = await createCredential(db);
    const [itself] = (await says(credentialId)) as [number, ...number[]];
    const applicant: Applicant = { kind: 'employers', name: 'Kentucky applicant', employerId: itself };
    const { evaluate } = await apply(presetOf('kentucky'), applicant, credentialId);
    expect(await evaluate()).toMatchObject({ status: 'met', figures: { bothYes: 4, excluded: 0 } });
    expect((await ada.get('/staff/conflicts')).body).toContain('Kentucky applicant');
  });

  it('is no tie where a school applies', async () => {
    const { db } = test.deps;
    const credentialId = await createCredential(db);
    await says(credentialId);
    const { evaluate } = await apply(
      presetOf('wyoming'),
      { kind: 'schools', name: 'District' },
      credentialId,
    );
    expect((await evaluate()).figures).toMatchObject({ bothYes: 4, excluded: 0 });
  });
});
