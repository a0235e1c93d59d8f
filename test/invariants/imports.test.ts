import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Each feature imports only those before it. */
const FEATURE_LINE = [
  'ledger',
  'agencies',
  'events',
  'documents',
  'imports',
  'credentials',
  'employers',
  'outreach',
  'delivery',
  'surveys',
  'committees',
  'evidence',
  'respond',
  'approvals',
  'waves',
  'console',
  'api',
  'webhooks',
  'records',
  'site',
  'demo',
];
/** Below all features; they may take a feature's types.ts (states for CHECKs) and nothing else of it. */
const FOUNDATIONS = ['config', 'db', 'http', 'lib', 'mail', 'queue'];
/** Entries and wiring may import anything in src. */
const ENTRIES = ['server.ts', 'cli.ts', 'app.ts', 'deps.ts', 'doctor.ts', 'import-command.ts', 'bin.js'];

type Import = { from: string; to: string; typeOnly: boolean };

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.js'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?[^;]*?from\s+'(\.[^']+)'/gms);
  return [...statements].map((match) => ({
    from: file.split(sep).join('/'),
    to: relative('.', join(dirname(file), match[2] as string))
      .split(sep)
      .join('/'),
    typeOnly: Boolean(match[1]),
  }));
}

const inSource = sourceFiles('src').flatMap(importsOf);
const area = (path: string) => path.split('/')[1] as string;
const basename = (path: string) => path.split('/').at(-1) as string;
const show = (found: Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

describe('imports', () => {
  it('are found at all', () => {
    expect(inSource.length).toBeGreaterThan(100);
  });

  it('lead to files that exist', () => {
    expect(show(inSource.filter(({ to }) => !existsSync(to)))).toEqual([]);
  });

  it('never lead from src to jobs or test', () => {
    expect(show(inSource.filter(({ to }) => !to.startsWith('src/')))).toEqual([]);
  });

  it('keep every folder of src in the line or among the foundations', () => {
    const folders = readdirSync('src', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => name !== 'data');
    expect(folders.filter((name) => !FEATURE_LINE.includes(name) && !FOUNDATIONS.includes(name))).toEqual([]);
  });

  it('lead only to features on the left', () => {
    const wrong = inSource.filter(({ from, to }) => {
      const [left, right] = [FEATURE_LINE.indexOf(area(to)), FEATURE_LINE.indexOf(area(from))];
      return left !== -1 && right !== -1 && left > right;
    });
    expect(show(wrong)).toEqual([]);
  });

  it('keep the foundations free of features, their types aside', () => {
    const wrong = inSource.filter(
      ({ from, to, typeOnly }) =>
        FOUNDATIONS.includes(area(from)) &&
        FEATURE_LINE.includes(area(to)) &&
        basename(to) !== 'types.ts' &&
        !typeOnly,
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keep lib free of everything', () => {
    expect(show(inSource.filter(({ from, to }) => area(from) === 'lib' && area(to) !== 'lib'))).toEqual([]);
  });

  it('take the wiring as a type only, outside the entries', () => {
    const wrong = inSource.filter(
      ({ from, to, typeOnly }) =>
        to === 'src/deps.ts' &&
        !typeOnly &&
        !ENTRIES.includes(from.slice('src/'.length)) &&
        area(from) !== 'demo',
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keep rules pure: no clock, no environment, no database, no randomness', () => {
    const rules = sourceFiles('src').filter((file) => /(^|\/)rules(\.ts|\/)|\/planner\//.test(file));
    expect(rules.length).toBeGreaterThan(3);
    const impure = rules.filter((file) => {
      const text = readFileSync(file, 'utf8');
      return (
        /new Date\(\)|Date\.now\(|process\.env|Math\.random|randomBytes/.test(text) ||
        importsOf(file).some(({ to, typeOnly }) => /\/(db|http|queue)\//.test(to) && !typeOnly)
      );
    });
    expect(impure).toEqual([]);
  });

  it('keep routes and pages away from the database', () => {
    const wrong = inSource.filter(
      ({ from, to }) => ['routes.ts', 'pages.ts'].includes(basename(from)) && to.startsWith('src/db/schema'),
    );
    expect(show(wrong)).toEqual([]);
  });
});

describe('one place for each outside fact', () => {
  const files = [...sourceFiles('src'), ...sourceFiles('jobs')];
  const holding = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(file, 'utf8')));

  it('the present moment comes from lib/clock.ts', () => {
    expect(holding(/new Date\(\)|Date\.now\(\)/)).toEqual(['src/lib/clock.ts']);
  });

  it('the environment is read in src/config', () => {
    expect(holding(/process\.env\b/).filter((file) => !file.startsWith('src/config/'))).toEqual([]);
  });
});
