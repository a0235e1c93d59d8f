import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordAudit } from '../../src/agencies/record-audit.ts';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { lists } from '../../src/db/schema/approvals.ts';
import { evidenceSeals, evidenceSnapshots } from '../../src/db/schema/evidence.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { sealWaiting } from '../../src/evidence/seal-snapshot.ts';
import { makeCheckpoint } from '../../src/ledger/make-checkpoint.ts';
import { openCheckpoint, readCheckpoint } from '../../src/ledger/rules/checkpoint.ts';
import { readJwks } from '../../src/ledger/rules/keys.ts';
import { sequenceLog } from '../../src/ledger/sequence-log.ts';
import { tendLog } from '../../src/ledger/tend-log.ts';
import { verifyStoredLog } from '../../src/ledger/verify-stored-log.ts';
import { isConsistent, rootFromInclusion } from '../../src/lib/merkle.ts';
import { createTestApp, createTestClock, type TestApp } from '../support/app.ts';
import { decideByTwo } from '../support/approvals.ts';
import { month, said } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { checkPacket } from '../support/evidence/second-verifier.ts';
import { createCredential, createWorld, type World } from '../support/evidence/world.ts';
import { signInAs } from '../support/sign-in.ts';

let test: TestApp;
let world: World;
let list: { listId: number; cycleId: number };

const by = (at: 0 | 1) => ({ agencyId: world.agency.id, staffId: world.staff[at].id });

beforeAll(async () => {
  test = await createTestApp({
    clock: createTestClock(month(2)),
    settings: { WITNESS_ADDRESS: 'auditor@witness.example' },
  });
  world = await createWorld(test.deps.db);
  const made = await createList(test.deps, {
    ...by(0),
    name: 'Credentials of value',
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!made.ok) throw new Error(made.reason);
  list = made;
  await test.deps.db.update(lists).set({ isPublic: true }).where(eq(lists.id, list.listId));
});
afterAll(() => test.close());

async function freeze(deps = test.deps) {
  const credentialId = await createCredential(test.deps.db);
  const submitted = await submitApplication(test.deps, { ...by(0), ...list, credentialId });
  if (!submitted.ok) throw new Error(submitted.reason);
  const { applicationId } = submitted;
  await employersSay(test.deps.db, world, credentialId, 11, month(0), { answeredAt: month(1) });
  await employersSay(test.deps.db, world, credentialId, 2, month(0), {
    answeredAt: month(1),
    values: said('no', 'yes'),
  });
  const { freezeRequestId } = await requestFreeze(deps, { ...by(0), applicationId, note: '' });
  const frozen = await confirmFreeze(deps, { ...by(1), applicationId, freezeRequestId });
  if (!frozen.ok) throw new Error(frozen.reason);
  return { ...frozen, applicationId };
}

const get = (url: string) => test.app.inject(url);

describe('the transparency page', () => {
  it('stands before there is anything to show', async () => {
    const page = await get('/transparency');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Nothing was signed yet');
    expect((await get('/transparency/checkpoint')).statusCode).toBe(404);
    expect((await get('/.well-known/jwks.json')).json()).toEqual({ keys: [] });
  });

  it('gives checkpoints, keys and proofs that check out', async () => {
    for (let size = 0; size < 3; size += 1) {
      await recordAudit(test.deps.db, {
        at: test.clock.now(),
        agencyId: null,
        actorKind: 'system',
        actorId: null,
        action: 'thing.done',
        subjectType: 'thing',
        subjectId: 1,
      });
      await sequenceLog(test.deps);
      await makeCheckpoint(test.deps);
    }
    const keys = readJwks((await get('/.well-known/jwks.json')).body)!;
    const publicKeys = keys.map(({ publicKey }) => publicKey);
    const listed = (await get('/transparency/checkpoints')).json().checkpoints;
    expect(listed).toHaveLength(3);
    const latest = openCheckpoint((await get('/transparency/checkpoint')).body, publicKeys)!;
    expect(latest.size).toBe(listed[0].size);
    const oldest = openCheckpoint(
      (await get(`/transparency/checkpoints/${listed[2].size}`)).body,
      publicKeys,
    )!;

    const consistency = await get(`/transparency/proof/consistency?from=${oldest.size}&to=${latest.size}`);
    const hashes = (path: string[]) => path.map((hash) => Buffer.from(hash, 'base64'));
    expect(isConsistent(oldest, latest, hashes(consistency.json().path))).toBe(true);

    const { entries } = (await get('/transparency/entries?from=1&count=2')).json();
    expect(entries.map(({ index }: { index: number }) => index)).toEqual([1, 2]);
    const inclusion = (await get(`/transparency/proof/inclusion?index=1&size=${latest.size}`)).json();
    const leaf = Buffer.from(entries[0].leafHash, 'hex');
    expect(rootFromInclusion(leaf, 1, latest.size, hashes(inclusion.path))).toEqual(latest.root);

    const page = await get('/transparency');
    expect(page.body).toContain(keys[0]!.kid);
    expect(page.body).toContain('Follows from the one before');
  });

  it.each([
    '/transparency/proof/consistency',
    '/transparency/proof/consistency?from=2&to=1',
    '/transparency/proof/consistency?from=1&to=100000',
    '/transparency/proof/inclusion?index=5&size=2',
    '/transparency/proof/inclusion?index=-1&size=2',
    '/transparency/proof/inclusion?index=1e99&size=2',
    '/transparency/checkpoints/abc',
    '/transparency/entries?from=x',
    '/transparency/evidence/nothing',
    `/transparency/evidence/${'ab'.repeat(32)}`,
  ])('answers what cannot be meant as not found: %s', async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  });

  it('shows no entry that was not signed', async () => {
    const before = (await get('/transparency/entries')).json().size;
    await createCredential(test.deps.db);
    await recordAudit(test.deps.db, {
      at: test.clock.now(),
      agencyId: null,
      actorKind: 'system',
      actorId: null,
      action: 'thing.done',
      subjectType: 'thing',
      subjectId: 2,
    });
    await sequenceLog(test.deps);
    expect((await get('/transparency/entries')).json().size).toBe(before);
  });
});

describe('frozen evidence', () => {
  it('is sealed when it is frozen, leaves in every form, and is public once it was decided on', async () => {
    const { snapshotId, sha256, applicationId } = await freeze();
    const [snapshot] = await test.deps.db
      .select()
      .from(evidenceSnapshots)
      .where(eq(evidenceSnapshots.id, snapshotId));
    const jwks = (await get('/.well-known/jwks.json')).json();
    const keys = readJwks(JSON.stringify(jwks));
    const publicPath = `/transparency/evidence/${snapshot!.publicSha256}`;
    expect((await get(publicPath)).statusCode).toBe(404);

    const ada = await signInAs(test, world.staff[0].id);
    const path = `/staff/evidence/${snapshotId}`;
    const page = await ada.get(path);
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain('Does not hold');
    expect(page.body).toContain('Entry ');
    const file = await ada.get(`${path}/packet.json`);
    expect(verifyPacket(file.rawPayload, sha256, keys).checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checkPacket(file.rawPayload, jwks)).toBe(11);
    const open = await ada.get(`${path}/public.json`);
    expect(verifyPacket(open.rawPayload, sha256, keys).ok).toBe(true);
    expect(open.body).not.toMatch(/LLC|"bothYes"/);
    expect((await ada.get(`${path}/proof`)).body).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
    const csv = await ada.get(`${path}/employers.csv`);
    expect(csv.body.split('\r\n')).toHaveLength(15);
    expect(csv.body).toContain('Yes to all questions');
    expect((await ada.get(`${path}/endorsement.jwt`)).headers['content-type']).toContain(
      'application/vc+jwt',
    );
    const print = await ada.get(`${path}/print`);
    expect(print.statusCode).toBe(200);
    expect(print.body).toContain('What each employer says');

    await decideByTwo(
      test.deps,
      { agencyId: world.agency.id, staffIds: [world.staff[0].id, world.staff[1].id] },
      applicationId,
      { outcome: 'approved' },
    );
    const published = await get(publicPath);
    expect(published.statusCode).toBe(200);
    expect(published.rawPayload).toEqual(open.rawPayload);
  });

  it('is found by its public version without looking at all of it', async () => {
    const plan = await test.deps.db.transaction(async (tx) => {
      // A table of a few rows is read whole otherwise.
      await tx.execute(sql`set local enable_seqscan = off`);
      return tx.execute(
        sql`explain select id from evidence_snapshots where public_sha256 = ${'a'.repeat(64)}`,
      );
    });
    expect(JSON.stringify(plan)).toContain('evidence_snapshots_public_version');
  });

  it('waits for its seal where the key is not, is told so, and gets it later', async () => {
    const elsewhere = { ...test.deps, config: { ...test.deps.config, signingKeysDir: '/nowhere' } };
    const { snapshotId } = await freeze(elsewhere);
    const ada = await signInAs(test, world.staff[0].id);
    expect((await ada.get(`/staff/evidence/${snapshotId}`)).body).toContain('Waits for its seal');
    expect((await ada.get(`/staff/evidence/${snapshotId}/packet.json`)).statusCode).toBe(409);
    expect(await sealWaiting(elsewhere)).toBe(0);
    expect(await sealWaiting(test.deps)).toBe(1);
    expect(await sealWaiting(test.deps)).toBe(0);
    const file = await ada.get(`/staff/evidence/${snapshotId}/packet.json`);
    const keys = readJwks((await get('/.well-known/jwks.json')).body);
    expect(verifyPacket(file.rawPayload, undefined, keys).ok).toBe(true);
  });

  it('is told to the witness at once, and the whole log holds', async () => {
    await tendLog(test.deps);
    const before = (await test.mails()).filter(({ to }) => to.includes('witness.example')).length;
    await freeze();
    await tendLog(test.deps);
    const mails = (await test.mails()).filter(({ to }) => to.includes('witness.example'));
    expect(mails).toHaveLength(before + 1);
    const seals = await test.deps.db.select().from(evidenceSeals);
    expect(seals).toHaveLength(3);
    const verdict = await verifyStoredLog(test.deps);
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(readCheckpoint((await get('/transparency/checkpoint')).body)?.size).toBeGreaterThan(20);
  });
});
