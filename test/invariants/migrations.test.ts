import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

type Journal = { entries: { idx: number; when: number; tag: string }[] };

const journal = JSON.parse(readFileSync('migrations/meta/_journal.json', 'utf8')) as Journal;

describe('migrations', () => {
  it('stand in the journal, in order, each with its file and no file besides', () => {
    const tags = journal.entries.map(({ tag }) => tag);
    expect(journal.entries.map(({ idx }) => idx)).toEqual(tags.map((_, index) => index));
    expect(
      journal.entries.every(({ when }, index) => index === 0 || when > journal.entries[index - 1]!.when),
    ).toBe(true);
    const files = readdirSync('migrations').filter((name) => name.endsWith('.sql'));
    expect(files.sort()).toEqual(tags.map((tag) => `${tag}.sql`).sort());
  });

  it('bring the database to what src/db/schema says', () => {
    const out = mkdtempSync(join(tmpdir(), 'countersign-migrations-'));
    try {
      cpSync('migrations', out, { recursive: true });
      const options = [
        '--dialect',
        'postgresql',
        '--schema',
        './src/db/schema/*.ts',
        '--out',
        relative('.', out),
      ];
      execFileSync(process.execPath, ['node_modules/drizzle-kit/bin.cjs', 'generate', ...options], {
        stdio: 'pipe',
      });
      expect(readdirSync(out).sort()).toEqual(readdirSync('migrations').sort());
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  }, 60_000);
});
