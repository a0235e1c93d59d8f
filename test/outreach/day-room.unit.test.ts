import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type DayLimit,
  findLaterPlace,
  fullOn,
  keepPlace,
  spreadIn,
  takePlace,
} from '../../src/outreach/day-room.ts';

const DAYS = [0, 1, 2, 3];
const windows = DAYS.map((day) => ({ day, start: day * 1_000, end: day * 1_000 + 600 }));

type Day = { most: number; planned: number };
const limitOf = (reason: DayLimit['reason'], days: readonly Day[]): DayLimit => ({
  reason,
  most: (day) => days[day]?.most ?? 0,
  gone: new Map(),
  planned: new Map(days.map(({ planned }, day) => [day, planned])),
});
const days = fc.array(fc.record({ most: fc.nat(6), planned: fc.nat(8) }), { minLength: 4, maxLength: 4 });
const mails = fc.array(fc.record({ day: fc.constantFrom(...DAYS), isPlanned: fc.boolean() }), {
  maxLength: 60,
});

it('never lets more leave on a day than each limit allows, however much is planned or comes by itself', () => {
  fc.assert(
    fc.property(days, days, mails, (ofDomain, ofWave, all) => {
      const limits = [limitOf('warm_up', ofDomain), limitOf('capacity', ofWave)];
      for (const { day, isPlanned } of all) {
        if (fullOn(limits, day, isPlanned) === null) takePlace(limits, day, isPlanned);
        else {
          const later = findLaterPlace(limits, windows, day);
          if (later) {
            expect(later.day).toBeGreaterThan(day);
            keepPlace(limits, later.day);
          }
        }
        for (const { most, gone } of limits) {
          for (const each of DAYS) expect(gone.get(each) ?? 0).toBeLessThanOrEqual(most(each));
        }
      }
    }),
  );
});

it('lets what was not planned take only what the planned ones leave', () => {
  fc.assert(
    fc.property(days, mails, (given, all) => {
      const limit = limitOf('capacity', given);
      for (const { day, isPlanned } of all) {
        const planned = limit.planned.get(day)!;
        if (isPlanned && planned <= 0) continue;
        const free = limit.most(day) - (limit.gone.get(day) ?? 0);
        if (fullOn([limit], day, isPlanned) !== null) {
          expect(isPlanned ? free : free - planned).toBeLessThanOrEqual(0);
          continue;
        }
        takePlace([limit], day, isPlanned);
        if (!isPlanned) {
          expect(limit.gone.get(day)! + limit.planned.get(day)!).toBeLessThanOrEqual(limit.most(day));
        }
      }
    }),
  );
});

it('spreads what is put off over the first half of the hours, the same message always alike', () => {
  fc.assert(
    fc.property(fc.nat(2_000_000), (id) => {
      const window = { start: 1_000_000, end: 4_000_000 };
      const at = spreadIn(window, id).getTime();
      expect(at).toBeGreaterThanOrEqual(window.start);
      expect(at).toBeLessThan((window.start + window.end) / 2);
      expect(spreadIn(window, id).getTime()).toBe(at);
    }),
  );
});
