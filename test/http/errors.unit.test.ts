import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HTTP_STATUSES } from '../../src/http/http-error.ts';
import { HTTP_REFUSALS } from '../../src/http/refusals.ts';
import { DOMAIN_ERROR_CODES, DomainError } from '../../src/lib/errors.ts';
import { buildFrame, type Frame } from '../support/frame.ts';

let frame: Frame;
beforeAll(async () => {
  frame = await buildFrame({
    environment: { RATE_LIMIT_FAILURES_PER_ADDRESS: '10000' },
    routes: (app) => {
      const throwing = (url: string, error: unknown) =>
        app.get(url, { config: { access: 'public' } }, () => {
          throw error;
        });
      throwing('/test/bug', new Error('ann@bakery.example could not be read'));
      throwing('/api/test/bug', new Error('ann@bakery.example could not be read'));
      const lost = Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' });
      throwing('/test/database-gone', new Error('Failed query: select', { cause: lost }));
      const nul = Object.assign(new Error('invalid byte sequence for encoding'), { code: '22021' });
      throwing('/test/nul', new Error('Failed query: select', { cause: nul }));
      for (const code of DOMAIN_ERROR_CODES) {
        throwing(`/test/${code}`, new DomainError(code));
        throwing(`/api/test/${code}`, new DomainError(code));
      }
      app.get('/test/link/:token', { config: { access: 'token' } }, () => {
        throw new DomainError('not_found');
      });
    },
  });
});
afterAll(() => frame.app.close());

describe('error pages', () => {
  test('a bug gives a reference and nothing from the inside', async () => {
    const response = await frame.app.inject('/test/bug');
    expect(response.statusCode).toBe(500);
    expect(response.body).toContain('Something went wrong');
    expect(response.body).toMatch(/Reference for support: <code>[0-9a-f]{8}-\w+<\/code>/);
    expect(response.body).not.toMatch(/bakery|at \w+|node_modules|\.ts/);
  });

  test('a lost database gives 503 and when to come back', async () => {
    const response = await frame.app.inject('/test/database-gone');
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('30');
    expect(response.body).toContain('What you saved before is safe');
  });

  test('what PostgreSQL cannot hold as text is the fault of who sent it', async () => {
    const response = await frame.app.inject('/test/nul');
    expect(response.statusCode).toBe(400);
    expect(response.body).toContain('We could not read this');
  });

  test.each(DOMAIN_ERROR_CODES)('the refusal %s has a page and a problem document', async (code) => {
    const page = await frame.app.inject(`/test/${code}`);
    expect(page.statusCode).toBeGreaterThanOrEqual(400);
    expect(page.statusCode).toBeLessThan(500);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toMatch(/<h1>[^<]+<\/h1>\s*<p>[^<]+<\/p>/);
    const problem = await frame.app.inject(`/api/test/${code}`);
    expect(problem.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(problem.json()).toMatchObject({ status: page.statusCode, code, type: 'about:blank' });
  });

  test('a problem document says nothing from the inside', async () => {
    const response = await frame.app.inject('/api/test/bug');
    expect(response.statusCode).toBe(500);
    expect(Object.keys(response.json()).sort()).toEqual([
      'code',
      'detail',
      'requestId',
      'status',
      'title',
      'type',
    ]);
    expect(response.body).not.toContain('bakery');
  });

  test('speak Spanish to who prefers it, and say so in lang', async () => {
    const byHeader = await frame.app.inject({
      url: '/nowhere',
      headers: { 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' },
    });
    expect(byHeader.body).toContain('<html lang="es">');
    expect(byHeader.body).toContain(HTTP_REFUSALS[404].es.title);
    const byQuery = await frame.app.inject({ url: '/nowhere?lang=en', headers: { 'accept-language': 'es' } });
    expect(byQuery.body).toContain('<html lang="en">');
  });

  test('every status has words in both languages', () => {
    for (const status of HTTP_STATUSES) {
      for (const language of ['en', 'es'] as const) {
        const { title, sentence } = HTTP_REFUSALS[status][language];
        expect(title.length).toBeGreaterThan(3);
        expect(sentence).toMatch(/\.$/);
      }
    }
  });
});

describe('hostile links', () => {
  test.each([32, 101, 10_000])('a link of %i characters meets the page for unknown ones', async (length) => {
    const response = await frame.app.inject(`/test/link/${'a'.repeat(length)}`);
    expect(response.statusCode).toBe(404);
    expect(response.body).toContain('<h1>This link does not work</h1>');
    expect(response.body).not.toContain('aaaaaaaaaa');
  });

  test('beyond what HTTP headers may hold the answer is still a page in words', async () => {
    const answer = await rawRequest(
      frame,
      `GET /test/link/${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('<h1>This address is too long</h1>');
    expect(answer).toContain("content-security-policy: default-src 'none'");
  });

  test('what is not HTTP is told so', async () => {
    const answer = await rawRequest(frame, 'NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('We could not read this');
  });
});

async function rawRequest({ app }: Frame, request: string): Promise<string> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('not listening');
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => {
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
  });
}
