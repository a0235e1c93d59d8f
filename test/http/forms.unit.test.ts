import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FORM_BODY_LIMIT, manyOf, optionalText, parseForm, parseFormBody } from '../../src/http/forms.ts';
import { registerOneClick } from '../../src/http/one-click.ts';
import { registerUploads } from '../../src/http/uploads.ts';
import { buildFrame, type Frame } from '../support/frame.ts';

const schema = z.object({
  name: z.string('Enter your name').trim().min(1, 'Enter your name').max(20),
  hire: z.enum(['yes', 'no'], 'Select yes if you would hire'),
  picks: manyOf(z.coerce.number().int()),
  note: optionalText(10),
});

describe('parseForm', () => {
  test('gives the data and what was typed', () => {
    const result = parseForm(schema, { name: ' Ann ', hire: 'yes', picks: ['1', '2'], note: ' ' });
    expect(result).toEqual({
      ok: true,
      data: { name: 'Ann', hire: 'yes', picks: [1, 2], note: null },
      values: { name: ' Ann ', hire: 'yes', picks: ['1', '2'], note: ' ' },
    });
  });

  test('takes one checkbox as a list, and none as an empty one', () => {
    expect(parseForm(schema, { name: 'A', hire: 'no', picks: '3' })).toMatchObject({ data: { picks: [3] } });
    expect(parseForm(schema, { name: 'A', hire: 'no' })).toMatchObject({ data: { picks: [] } });
  });

  test('says one sentence a field, in the order of the form, linked to the field', () => {
    const result = parseForm(schema, { note: 'much too long for it' });
    expect(result).toEqual({
      ok: false,
      values: { note: 'much too long for it' },
      errors: [
        { field: 'name', message: 'Enter your name', href: '#name' },
        { field: 'hire', message: 'Select yes if you would hire', href: '#hire' },
        { field: 'note', message: 'Use 10 characters or fewer', href: '#note' },
      ],
    });
  });

  test('has plain words where the schema has none', () => {
    const plain = z.object({
      a: z.string(),
      b: z.email(),
      c: z.string().max(3),
      d: z.enum(['x']),
      e: z.string(),
    });
    const result = parseForm(plain, { b: 'nobody', c: 'abcd', d: 'y', e: ['1', '2'] });
    expect(result.ok ? [] : result.errors.map((error) => error.message)).toEqual([
      'Enter an answer',
      'Enter an email address, like name@business.example',
      'Use 3 characters or fewer',
      'Choose one of the answers',
      'Give one answer only',
    ]);
  });

  test.each([undefined, null, 'text', 7, []])('reads %j as an empty form', (body) => {
    expect(parseForm(z.object({ a: z.string().optional() }), body)).toMatchObject({ ok: true, values: {} });
  });
});

describe('parseFormBody', () => {
  test('decodes UTF-8 and keeps repeated fields', () => {
    expect({ ...parseFormBody('a=1&b=caf%C3%A9+x&a=2&a=3&c') }).toEqual({
      a: ['1', '2', '3'],
      b: 'café x',
      c: '',
    });
  });

  test.each([
    ['Windows-1252', 'a=caf%E9'],
    ['a broken sequence', 'a=%C3%28'],
    ['NUL', 'a=x%00y'],
    ['very many fields', 'a=1&'.repeat(1_001)],
  ])('refuses %s', (_name, text) => {
    expect(() => parseFormBody(text)).toThrow(expect.objectContaining({ statusCode: 400 }));
  });

  test('a field named __proto__ is a field', () => {
    const body = parseFormBody('__proto__=1&constructor=2');
    expect(Object.keys(body).sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('bodies', () => {
  let frame: Frame;
  beforeAll(async () => {
    frame = await buildFrame({
      routes: (app) => {
        app.post('/test/form', { config: { access: 'token' } }, async (request) => request.body);
        registerOneClick(app, (scope) => {
          scope.post('/test/one-click', { config: { access: 'one-click' } }, async (request) => ({
            body: request.body ?? null,
          }));
        });
        registerUploads(app, { maxBytes: 1_000 }, (scope) => {
          scope.post('/test/upload', { config: { access: 'token' } }, async (request) => {
            const file = await request.file();
            return { bytes: (await file?.toBuffer())?.length };
          });
        });
      },
    });
  });
  afterAll(() => frame.app.close());

  const post = (url: string, contentType: string, payload: string) =>
    frame.app.inject({ method: 'POST', url, headers: { 'content-type': contentType }, payload });
  const multipart = (content: string) =>
    `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${content}\r\n--b--\r\n`;

  test('a form is read, whatever charset its header claims', async () => {
    const response = await post('/test/form', 'application/x-www-form-urlencoded; charset=UTF-8', 'a=%C3%A9');
    expect(response.json()).toEqual({ a: 'é' });
  });

  test.each([
    ['JSON', 'application/json', '{"a":1}', 415],
    ['plain text', 'text/plain', 'a=1', 415],
    ['XML', 'application/xml', '<a/>', 415],
    ['a multipart form where no upload belongs', 'multipart/form-data; boundary=b', multipart('x'), 415],
    ['a form in another encoding', 'application/x-www-form-urlencoded', 'a=caf%E9', 400],
    ['a huge form', 'application/x-www-form-urlencoded', `a=${'x'.repeat(FORM_BODY_LIMIT)}`, 413],
  ])('%s is refused with a page that says so', async (_name, contentType, payload, status) => {
    const response = await post('/test/form', contentType, payload);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.body).toMatch(/<h1>[^<]+<\/h1>/);
  });

  test('an upload is read up to its limit', async () => {
    expect(
      (await post('/test/upload', 'multipart/form-data; boundary=b', multipart('x'.repeat(1_000)))).json(),
    ).toEqual({
      bytes: 1_000,
    });
    const response = await post(
      '/test/upload',
      'multipart/form-data; boundary=b',
      multipart('x'.repeat(2_000)),
    );
    expect(response.statusCode).toBe(413);
    expect(response.body).toContain('This is too large');
  });

  test.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
  ])('one-click takes %s and drops it', async (contentType, payload) => {
    const response = await post('/test/one-click', contentType, payload);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ body: null });
    expect(response.headers).not.toHaveProperty('set-cookie');
  });

  test('one-click takes no large body', async () => {
    expect(
      (await post('/test/one-click', 'application/x-www-form-urlencoded', 'x'.repeat(3_000))).statusCode,
    ).toBe(413);
  });
});
