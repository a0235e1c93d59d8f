import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { REQUIREMENT_STATUSES } from '../../src/evidence/types.ts';

const count = z.int().nonnegative();
const report = z.strictObject({
  employers: count,
  contacts: count,
  credentials: count,
  wave: z.strictObject({ asks: count, touches: count, sent: count, deferred: count }),
  invitations: z.strictObject({ opened: count, answered: count, declined: count, referred: count }),
  committee: z.strictObject({ invited: count, accepted: count }),
  tallies: z.array(
    z.strictObject({
      credential: z.string(),
      asked: count,
      answered: count,
      bothYes: count,
      no: count,
      notFamiliar: count,
      excluded: count,
      required: count,
      status: z.enum(REQUIREMENT_STATUSES),
    }),
  ),
  approvalRecords: z.array(
    z.strictObject({
      id: count,
      credential: z.string(),
      requirement: z.string(),
      snapshotId: count,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  elapsedMs: count,
});

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
  // PostgreSQL runs as another user when the tests run as root.
  await chmod(dataDir, 0o755);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

function countersign(...argv: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/bin.js', ...argv], {
      // A real database in the settings is not touched.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: '0' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

it('plays the main job from an empty folder to approval records, and again', async () => {
  for (let round = 0; round < 2; round += 1) {
    const { code, stdout, stderr } = await countersign('demo', '--once', '--json');
    expect(code, stderr).toBe(0);
    const said = report.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1)!));

    expect(said.employers).toBeGreaterThan(2_000);
    expect(said.credentials).toBeGreaterThanOrEqual(40);
    expect(said.wave.sent).toBe(said.wave.touches);
    expect(said.wave.deferred).toBeGreaterThan(0);
    expect(said.invitations.answered).toBeGreaterThan(100);
    expect(said.invitations.declined).toBeGreaterThan(0);
    expect(said.invitations.referred).toBeGreaterThan(0);
    expect(said.committee.accepted).toBeGreaterThan(0);
    const statuses = said.tallies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'met').length).toBeGreaterThanOrEqual(3);
    expect(statuses.filter((status) => status === 'short').length).toBeGreaterThanOrEqual(3);
    expect(statuses).toContain('conflicting');
    expect(said.tallies.some(({ excluded }) => excluded > 0)).toBe(true);
    for (const { asked, answered, bothYes, no, notFamiliar, excluded, required, status } of said.tallies) {
      expect(answered).toBeLessThanOrEqual(asked);
      expect(bothYes + no + notFamiliar + excluded).toBeLessThanOrEqual(answered);
      expect(status === 'met').toBe(bothYes >= required);
    }
    expect(said.approvalRecords.map(({ credential }) => credential).sort()).toEqual(
      said.tallies.flatMap(({ credential, status }) => (status === 'met' ? [credential] : [])).sort(),
    );
    expect(said.elapsedMs).toBeLessThan(120_000);
  }
}, 300_000);
