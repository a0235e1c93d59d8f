import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { handlers } from '../../jobs/handlers/registry.ts';
import { SCHEDULES } from '../../jobs/schedules.ts';
import { JOB_NAMES, JOBS, jobSubject, parsePayload } from '../../src/queue/contracts.ts';

test('every job contract has one handler, in a file of its name', () => {
  const files = readdirSync(new URL('../../jobs/handlers/', import.meta.url));
  expect(files.filter((file) => file !== 'registry.ts').sort()).toEqual(
    JOB_NAMES.map((name) => `${name}.ts`).sort(),
  );
  expect(Object.keys(handlers).sort()).toEqual([...JOB_NAMES].sort());
});

test('every scheduled job takes an empty payload', () => {
  for (const name of Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[]) {
    expect(() => parsePayload(name, {})).not.toThrow();
  }
});

test.each(JOB_NAMES)('%s carries ids and nothing else', (name) => {
  for (const field of Object.keys(JOBS[name].payload.shape)) expect(field).toMatch(/Id$/);
  expect(() => parsePayload(name, { name: 'Ann' })).toThrow();
});

test('hints about different things are different', () => {
  expect(jobSubject('outreach.send-due', { waveId: 1 })).not.toBe(jobSubject('outreach.send-due', {}));
  expect(jobSubject('outreach.send-due', { waveId: 1 })).not.toBe(
    jobSubject('outreach.send-due', { waveId: 2 }),
  );
});
