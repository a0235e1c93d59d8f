import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseCourse, formOpinion } from '../../src/demo/employer-behaviour.ts';
import { createProgress } from '../../src/demo/progress.ts';
import { sampleColleague, samplePeople } from '../../src/demo/sample-people.ts';
import { type DemoReport, summaryText } from '../../src/demo/summary.ts';
import { parseMailAddress } from '../../src/lib/mail-address.ts';
import { seededRandom } from '../../src/lib/seeded-random.ts';
import { anyText } from '../support/any-text.ts';

describe('seededRandom', () => {
  it('says the same for the same seed and something else for another', () => {
    const draw = (seed: string) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  it('spreads evenly enough, stays in range', () => {
    const random = seededRandom('spread');
    const counts = [0, 0, 0, 0, 0];
    for (let draw = 0; draw < 10_000; draw += 1) counts[random.below(5)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(1_800);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  });
});

describe('invented people', () => {
  it('have addresses under .example only, whatever the employer is called', () => {
    fc.assert(
      fc.property(anyText(40), fc.nat(), fc.integer({ min: 1, max: 4 }), (name, id, count) => {
        const people = samplePeople({ id, name, naicsCode: '622110' }, count, seededRandom(name));
        expect(people).toHaveLength(count);
        for (const { email } of people) {
          expect(email).toMatch(/^[a-z0-9.]+@[a-z0-9-]+\.example$/);
          expect(parseMailAddress(email)).not.toBeNull();
        }
        expect(new Set(people.map(({ email }) => email)).size).toBe(count);
        const colleague = sampleColleague(people[0]!.email, seededRandom('colleague'));
        expect(colleague.email.split('@')[1]).toBe(people[0]!.email.split('@')[1]);
      }),
    );
  });

  it('are the same for the same seed', () => {
    const people = () => samplePeople({ id: 1, name: 'A', naicsCode: null }, 3, seededRandom('same'));
    expect(people()).toEqual(people());
  });
});

describe('simulated employers', () => {
  it('do everything that people do, mostly nothing or answering', () => {
    const courses = Array.from({ length: 2_000 }, (_, index) =>
      chooseCourse(seededRandom(`person ${index}`)),
    );
    const share = (course: string) => courses.filter((one) => one === course).length / courses.length;
    expect(share('answers')).toBeGreaterThan(0.35);
    expect(share('ignores')).toBeGreaterThan(0.25);
    for (const course of ['opens_only', 'leaves_unfinished', 'declines', 'refers']) {
      expect(share(course)).toBeGreaterThan(0.01);
    }
  });

  it('think more of some credentials than of others', () => {
    const bothYes = (credential: string) =>
      Array.from({ length: 500 }, (_, index) =>
        formOpinion(credential, seededRandom(`${credential}${index}`)),
      ).filter((one) => one.familiar && one.incentive === 'yes' && one.preference === 'yes').length;
    expect(bothYes('ServSafe Manager')).toBeGreaterThan(
      2 * bothYes('EPA Section 608 Technician Certification'),
    );
    expect(bothYes('EPA Section 608 Technician Certification')).toBeGreaterThan(
      2 * bothYes('Mobile Crane Operator'),
    );
  });
});

describe('progress', () => {
  const written = (isTTY: boolean) => {
    let text = '';
    const progress = createProgress({ isTTY, columns: 80, write: (part) => (text += part) });
    const step = progress.step('Sending', 40);
    for (let done = 1; done <= 40; done += 1) step.update(done);
    step.finish('40 sent');
    return text;
  };

  it('is a bar on a terminal and a few plain lines elsewhere', () => {
    expect(written(true)).toContain('█');
    expect(written(true).endsWith('40 sent\n')).toBe(true);
    expect(written(false)).toBe(
      'Sending: 10 of 40\nSending: 20 of 40\nSending: 30 of 40\nSending: 40 sent\n',
    );
  });
});

it('sums up in a table that a person can read', () => {
  const report: DemoReport = {
    employers: 2,
    contacts: 3,
    credentials: 1,
    wave: { asks: 3, touches: 3, sent: 3, deferred: 0 },
    invitations: { opened: 2, answered: 1, declined: 1, referred: 0 },
    committee: { invited: 1, accepted: 1 },
    tallies: [
      {
        credential: 'Certified Welder',
        asked: 2,
        answered: 1,
        bothYes: 1,
        no: 0,
        notFamiliar: 0,
        excluded: 0,
        required: 10,
        status: 'short',
      },
    ],
    approvalRecords: [],
    elapsedMs: 1234,
  };
  expect(summaryText(report)).toContain('Certified Welder');
  expect(summaryText(report)).toContain('short by 9');
  expect(summaryText(report)).toContain('nothing: no credential met its number');
});
