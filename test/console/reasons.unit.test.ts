import { expect, test } from 'vitest';
import { reasonOf } from '../../src/console/pages.ts';

test.each([
  // Answers that wait, and connections that were found, are told like those that were declared.
  ['awaits_second_look', 'was entered by staff and waits for a second look'],
  ['relation_found', 'its domain or parent ties it to those behind the credential'],
  ['declared_relation', 'declared ties to the issuer'],
  // What the position says already is not said twice.
  ['all_questions_yes', null],
  ['contacts_disagree', null],
  ['of_a_later_version', null],
  [null, null],
])('the reason %s is told as %s', (reason, told) => expect(reasonOf(reason)).toBe(told));
