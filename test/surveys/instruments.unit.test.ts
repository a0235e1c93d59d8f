import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PUBLIC_RECORDS_NOTICE,
  WYOMING_COUNTING_KEYS,
  WYOMING_INSTRUMENT,
} from '../../src/surveys/presets.ts';
import { bodySha256 } from '../../src/surveys/publish-wording.ts';
import { checkAnswer, gradeProvenance, isComplete, isQuick } from '../../src/surveys/rules.ts';
import { instrumentBody, noticeBody, RELATIONS } from '../../src/surveys/types.ts';

describe('the Wyoming instrument', () => {
  const byKey = new Map(WYOMING_INSTRUMENT.questions.map((question) => [question.key, question]));

  it('has the two sentences of the state word for word, in this order', () => {
    expect(WYOMING_INSTRUMENT.questions.slice(0, 2).map(({ key }) => key)).toEqual([
      ...WYOMING_COUNTING_KEYS,
    ]);
    expect(byKey.get('incentive')?.text.en.text).toBe(
      'If a learner comes to you with this credential, would you monetarily incentivize them?',
    );
    expect(byKey.get('preference')?.text.en.text).toBe(
      'If a learner comes to you with this credential in a hiring situation in which all things are equal, will this credential give them hiring preference?',
    );
  });

  it('asks only the two that count of everybody, each yes, no or not sure', () => {
    const required = WYOMING_INSTRUMENT.questions.filter((question) => question.required);
    expect(required.map(({ key }) => key)).toEqual([...WYOMING_COUNTING_KEYS]);
    for (const question of required) {
      expect(question.options.map(({ value }) => value)).toEqual(['yes', 'no', 'not_sure']);
    }
  });

  it('marks every Spanish sentence as not reviewed', () => {
    const spanish = JSON.stringify(WYOMING_INSTRUMENT).match(/"es":\{[^}]*\}/g) ?? [];
    expect(spanish.length).toBeGreaterThan(20);
    expect(spanish.filter((wording) => wording.includes('"reviewed":true'))).toEqual([]);
  });

  it('offers every relation to an issuer once', () => {
    expect(WYOMING_INSTRUMENT.relation.options.map(({ value }) => value)).toEqual([...RELATIONS]);
  });

  it('keeps its hash whatever the order of members, and changes it with any word', () => {
    const reordered = Object.fromEntries(
      Object.entries(WYOMING_INSTRUMENT).reverse(),
    ) as typeof WYOMING_INSTRUMENT;
    expect(bodySha256(reordered)).toBe(bodySha256(WYOMING_INSTRUMENT));
    const changed = structuredClone(WYOMING_INSTRUMENT);
    changed.questions[0]!.text.es.text += ' ';
    expect(bodySha256(changed)).not.toBe(bodySha256(WYOMING_INSTRUMENT));
  });

  it('and the notice pass their own schemas', () => {
    expect(instrumentBody.parse(WYOMING_INSTRUMENT)).toEqual(WYOMING_INSTRUMENT);
    expect(noticeBody.parse(PUBLIC_RECORDS_NOTICE)).toEqual(PUBLIC_RECORDS_NOTICE);
  });
});

describe('an instrument is refused', () => {
  const broken: [string, (body: typeof WYOMING_INSTRUMENT) => void][] = [
    ['with two questions of one key', (body) => (body.questions[1]!.key = 'incentive')],
    ['with two options of one value', (body) => (body.questions[0]!.options[1]!.value = 'yes')],
    [
      'with nothing to answer',
      (body) => Object.assign(body, { questions: body.questions.filter(({ required }) => !required) }),
    ],
    ['with a relation missing', (body) => body.relation.options.pop()],
    ['with an empty sentence', (body) => (body.questions[0]!.text.en.text = ' ')],
    ['with a member nobody knows', (body) => Object.assign(body, { extra: 1 })],
  ];
  it.each(broken)('%s', (_what, breakIt) => {
    const body = structuredClone(WYOMING_INSTRUMENT);
    breakIt(body);
    expect(instrumentBody.safeParse(body).success).toBe(false);
  });
});

describe('checkAnswer', () => {
  const check = (values: Record<string, string | string[]>, notFamiliar = false) =>
    checkAnswer(WYOMING_INSTRUMENT, { notFamiliar, values });

  it('takes both answers, with extras or without', () => {
    expect(check({ incentive: 'yes', preference: 'not_sure' })).toEqual({
      ok: true,
      answer: { familiar: true, values: { incentive: 'yes', preference: 'not_sure' } },
    });
    expect(check({ incentive: 'no', preference: 'no', importance: 'required', entry_wage: '' })).toEqual({
      ok: true,
      answer: { familiar: true, values: { incentive: 'no', preference: 'no', importance: 'required' } },
    });
  });

  it('takes "I don’t know this credential" alone', () => {
    expect(check({}, true)).toEqual({ ok: true, answer: { familiar: false } });
    expect(check({ incentive: '' }, true)).toEqual({ ok: true, answer: { familiar: false } });
    expect(check({ preference: 'yes' }, true)).toEqual({
      ok: false,
      errors: [{ question: 'preference', code: 'both' }],
    });
  });

  it.each([
    [{}, ['missing', 'missing']],
    [{ incentive: 'yes' }, ['missing']],
    [{ incentive: 'maybe', preference: 'yes' }, ['not_an_option']],
    [{ incentive: ['yes', 'no'], preference: 'yes' }, ['not_an_option']],
    [{ incentive: 'yes', preference: 'yes', importance: 'yes' }, ['not_an_option']],
  ])('says what is wrong with %j', (values, codes) => {
    const checked = check(values);
    expect(checked.ok ? [] : checked.errors.map(({ code }) => code)).toEqual(codes);
  });

  it('never makes an answer of anything else: what it takes is in the instrument, whatever was sent', () => {
    const key = fc.oneof(
      fc.constantFrom(...WYOMING_INSTRUMENT.questions.map((question) => question.key)),
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', 'toString'),
    );
    const value = fc.oneof(fc.constantFrom('yes', 'no', 'not_sure', ''), fc.string(), fc.array(fc.string()));
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.boolean(), (values, notFamiliar) => {
        const checked = checkAnswer(WYOMING_INSTRUMENT, { notFamiliar, values });
        if (!checked.ok) return checked.errors.length > 0;
        if (!checked.answer.familiar) return notFamiliar;
        return (
          isComplete(WYOMING_INSTRUMENT, checked.answer) &&
          Object.entries(checked.answer.values).every(([key, chosen]) =>
            WYOMING_INSTRUMENT.questions.some(
              (question) =>
                question.key === key && question.options.some((option) => option.value === chosen),
            ),
          )
        );
      }),
    );
  });
});

it.each([
  ['forwarded_mailed', { wasReferred: true, emailDomain: 'a.example', isFreeMail: false }],
  ['mailed_link_free_mail', { wasReferred: false, emailDomain: 'mail.example', isFreeMail: true }],
  ['mailed_link_own_domain', { wasReferred: false, emailDomain: 'a.example', isFreeMail: false }],
  ['mailed_link_other_domain', { wasReferred: false, emailDomain: 'b.example', isFreeMail: false }],
])('grades an answer as %s by how its link came', (grade, facts) => {
  expect(gradeProvenance({ ...facts, employerDomains: ['a.example'] })).toBe(grade);
});

it('calls an answer quick under two seconds, and one whose page has no time', () => {
  const shown = new Date('2026-03-02T16:00:00.000Z');
  expect(isQuick(shown, new Date('2026-03-02T16:00:01.999Z'))).toBe(true);
  expect(isQuick(shown, new Date('2026-03-02T16:00:02.000Z'))).toBe(false);
  expect(isQuick(null, shown)).toBe(true);
});
