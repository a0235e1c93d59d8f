import { expect, test } from 'vitest';
import { setupForm } from '../../src/agencies/forms.ts';
import { parseForm } from '../../src/http/forms.ts';

test('no two faults of the set-up page read alike, for it asks everything of two agencies', () => {
  const form = parseForm(
    setupForm,
    Object.fromEntries(Object.keys(setupForm.shape).map((name) => [name, ''])),
  );
  const messages = form.ok ? [] : form.errors.map(({ message }) => message);
  expect(messages).toHaveLength(18);
  expect(new Set(messages).size).toBe(18);
});
