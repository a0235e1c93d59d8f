import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slugify } from '../../src/lib/slugify.ts';
import { anyText } from '../support/any-text.ts';

it.each([
  ['Health Careers Advisory Committee', 'health-careers-advisory-committee'],
  ['  Señor O’Neill & Sons, Inc. ', 'senor-oneill-sons-inc'],
  ['C++ / C#', 'c-c'],
  ['日本', ''],
  ['a'.repeat(80), 'a'.repeat(60)],
  [`${'word '.repeat(13)}`, Array(12).fill('word').join('-')],
])('%j becomes %j', (text, slug) => {
  expect(slugify(text)).toBe(slug);
});

it('holds nothing but words and single hyphens', () => {
  fc.assert(
    fc.property(anyText(100), (text) => {
      expect(slugify(text)).toMatch(/^$|^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(slugify(text).length).toBeLessThanOrEqual(60);
    }),
  );
});
