import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('README', () => {
  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it('names folders that exist', () => {
    const folders = [...readme.matchAll(/`((?:src|jobs|views|migrations|test)\/[\w/-]*)`/g)].map(
      (match) => match[1]!,
    );
    expect(folders.length).toBeGreaterThan(5);
    expect(folders.filter((folder) => !existsSync(folder))).toEqual([]);
  });

  it('names scripts that exist', () => {
    const scripts = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]!);
    expect(scripts.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });

  it('names every feature in the line, and no other', () => {
    const line = /\*\*(\w+ → [^*]+)\*\*/.exec(readme)?.[1]?.split(' → ') ?? [];
    const foundations = ['config', 'data', 'db', 'http', 'lib', 'mail', 'queue'];
    const folders = readdirSync('src', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !foundations.includes(entry.name))
      .map((entry) => entry.name);
    expect([...line].sort()).toEqual(folders.sort());
  });

  it('lists every command', () => {
    const commands = [...readFileSync('src/cli.ts', 'utf8').matchAll(/^ {2}'?([\w-]+)'?: \{$/gm)].map(
      (match) => match[1]!,
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter((command) => !new RegExp(`\`[^\`|]*${command}`).test(readme))).toEqual([]);
  });
});
