import { describe, expect, it } from 'vitest';
import { accessOf, nextStep, previousStep, resumeStep, stepsOf } from '../../src/respond/rules.ts';
import { TEXT } from '../../src/respond/text.ts';
import type { Draft } from '../../src/respond/types.ts';
import { WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { ACCESS_CASES } from './access-cases.ts';

describe('accessOf', () => {
  it.each(ACCESS_CASES)('$name: $access', ({ facts, now, access }) => {
    expect(accessOf(facts, now)).toBe(access);
  });
});

describe('the order of pages', () => {
  const credentials = [
    { askId: 1, issuerId: 7, instrumentVersionId: 5 },
    { askId: 2, issuerId: 8, instrumentVersionId: 6 },
  ];
  const meetings = [{ askId: 3 }];
  const about = { name: 'Ann Lee', title: 'Owner', hiring: true, connected: false };
  const yes = { familiar: true, values: { incentive: 'yes', preference: 'yes' } } as const;
  const other = { questions: [{ ...WYOMING_INSTRUMENT.questions[0]!, key: 'other' }] };
  const wordings = new Map([
    [5, { body: WYOMING_INSTRUMENT }],
    [6, { body: other }],
  ]);
  const steps = (draft: Draft) => stepsOf({ draft, credentials, meetings }, wordings);

  it('asks for the connection only of who has one', () => {
    expect(steps({}).map(({ step }) => step)).toEqual(['about', 'c/1', 'c/2', 'm/1']);
    expect(steps({ about: { ...about, connected: true } }).map(({ step }) => step)).toEqual([
      'about',
      'connection',
      'c/1',
      'c/2',
      'm/1',
    ]);
  });

  it('goes on to the page that follows, and to the check when nothing is missing', () => {
    const begun = steps({ about });
    expect(nextStep(begun, 'about')).toBe('c/1');
    expect(nextStep(begun, 'c/2')).toBe('m/1');
    expect(nextStep(begun, 'm/1')).toBe('check');
    const done = steps({
      about,
      'ask:1': yes,
      'ask:2': { familiar: false },
      'meeting:3': { response: 'accepted', reason: '', colleague: null },
    });
    expect(nextStep(done, 'about')).toBe('check');
    expect(nextStep(done, 'c/1')).toBe('check');
  });

  it('resumes at the first page without an answer', () => {
    expect(resumeStep(steps({}))).toBe('about');
    expect(resumeStep(steps({ about, 'ask:1': yes }))).toBe('c/2');
    expect(resumeStep(steps({ about, 'ask:1': { familiar: true, values: { incentive: 'yes' } } }))).toBe(
      'c/1',
    );
  });

  it('takes a page for done by the questions that it asks itself', () => {
    const done = (draft: Draft) => steps(draft).flatMap((each) => (each.done ? [each.step] : []));
    const otherYes = { familiar: true, values: { other: 'yes' } } as const;
    expect(done({ 'ask:1': yes, 'ask:2': yes })).toEqual(['c/1']);
    expect(done({ 'ask:1': otherYes, 'ask:2': otherYes })).toEqual(['c/2']);
    expect(done({ 'ask:1': yes, 'ask:2': otherYes })).toEqual(['c/1', 'c/2']);
  });

  it('goes to the first page without an answer from one that is asked no more', () => {
    expect(nextStep(steps({ about, 'ask:1': yes }), 'c/3')).toBe('c/2');
  });

  it('goes back page by page', () => {
    const begun = steps({ about });
    expect(previousStep(begun, 'about')).toBeUndefined();
    expect(previousStep(begun, 'c/2')).toBe('c/1');
    expect(previousStep(begun, 'check')).toBe('m/1');
  });
});

describe('the sentences', () => {
  const keys = (value: object): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'object' && inner !== null ? keys(inner).map((each) => `${key}.${each}`) : [key],
    );

  it('are the same set in both languages, none of them empty or left in English', () => {
    expect(keys(TEXT.es)).toEqual(keys(TEXT.en));
    const same = keys(TEXT.en).filter((key) => {
      const at = (text: object) =>
        key.split('.').reduce<unknown>((inner, part) => (inner as never)[part], text);
      return typeof at(TEXT.en) === 'string' && at(TEXT.en) === at(TEXT.es);
    });
    expect(same).toEqual(['no']);
  });
});
