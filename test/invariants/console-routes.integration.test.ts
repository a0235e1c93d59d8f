import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestDatabase } from '../support/digest.ts';
import { openSampleConsole, type SampleConsole } from '../support/sample-console.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';

let test: SampleConsole['test'];
let walk: SampleConsole['walk'];
let own: StaffBrowser;
let stranger: StaffBrowser;

beforeAll(async () => {
  const sample = await openSampleConsole();
  ({ test, walk } = sample);
  own = await signInAs(test, sample.state.k12.editor.id);
  stranger = await signInAs(test, sample.state.workforce.editor.id);
}, 120_000);
afterAll(() => test.close());

describe('the console', () => {
  it('opens every page to its own staff, and opening changes nothing', async () => {
    const routes = walk('GET');
    expect(routes.length).toBeGreaterThan(35);
    const before = await digestDatabase(test.deps.sql);
    const broken: string[] = [];
    for (const { pattern, url } of routes) {
      for (let again = 0; again < 2; again += 1) {
        const { statusCode } = await own.get(url);
        // A step that the object is past or not yet at leads back or says so; a draft has no report at all.
        const expected = pattern.includes('/report') ? [200, 404] : [200, 302, 303, 409];
        if (!expected.includes(statusCode)) broken.push(`${statusCode} ${pattern}`);
      }
    }
    expect(broken).toEqual([]);
    expect(await digestDatabase(test.deps.sql)).toBe(before);
  });

  it('answers another agency as if what is not shared did not exist, for pages and for buttons', async () => {
    const before = await digestDatabase(test.deps.sql);
    const found: string[] = [];
    for (const { pattern, url, isShared, method } of [...walk('GET'), ...walk('POST')]) {
      if (isShared) continue;
      const nobodys = pattern.replace(/:\w+/, pattern.includes(':slug') ? 'no-such-thing' : '987654321');
      const ask = (target: string) => (method === 'GET' ? stranger.get(target) : stranger.post(target));
      const [reply, missing] = [await ask(url), await ask(nobodys)];
      const isHidden = method === 'GET' ? reply.statusCode === 404 : reply.statusCode >= 400;
      if (!isHidden || reply.statusCode !== missing.statusCode)
        found.push(`${reply.statusCode} ${method} ${pattern}`);
    }
    expect(found).toEqual([]);
    expect(await digestDatabase(test.deps.sql)).toBe(before);
  });

  it('names nothing of another agency in its own lists', async () => {
    for (const url of [
      '/staff',
      '/staff/waves',
      '/staff/calendar',
      '/staff/applications',
      '/staff/committees',
      '/staff/imports',
    ]) {
      const { body } = await stranger.get(url);
      expect(body).not.toContain('A draft that nobody else sees');
    }
  });

  it('asks everybody else to sign in', async () => {
    const open: string[] = [];
    for (const { pattern, url } of walk('GET')) {
      const { statusCode, headers } = await test.app.inject({ url });
      if (statusCode !== 303 || !String(headers.location).startsWith('/staff/sign-in')) {
        open.push(`${statusCode} ${pattern}`);
      }
    }
    for (const { pattern, url } of walk('POST')) {
      const headers = {
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const { statusCode } = await test.app.inject({ method: 'POST', url, headers, payload: '' });
      if (statusCode !== 401) open.push(`${statusCode} POST ${pattern}`);
    }
    expect(open).toEqual([]);
  });
});
