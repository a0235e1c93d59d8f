import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const FOLDERS = [
  'src/site',
  'src/api',
  'src/respond',
  'src/webhooks',
  'src/events',
  'views/site',
  'views/respond',
];

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it.each(FOLDERS)('%s never reads a federal employer number', (folder) => {
  const naming = filesIn(folder).filter((file) => /\bfeins?\b/i.test(readFileSync(file, 'utf8')));
  expect(naming).toEqual([]);
});

it('nor does anything that a packet is made of', () => {
  const files = filesIn('src/evidence').filter((file) => /\bfeins?\b/i.test(readFileSync(file, 'utf8')));
  expect(files).toEqual([]);
});
