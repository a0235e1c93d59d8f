import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { isDatabaseUnavailable, isUnstorableText } from '../db/client.ts';
import { DomainError } from '../lib/errors.ts';
import { accessOf } from './access.ts';
import { apiWords } from './api-words.ts';
import { assetPath } from './assets.ts';
import { securityHeaders } from './headers.ts';
import { codeOfStatus, type HttpStatus, isHttpStatus } from './http-error.ts';
import { DOMAIN_REFUSALS, HTTP_REFUSALS, type Refusal, UNKNOWN_LINK } from './refusals.ts';
import { type Language, preferredLanguage } from './words.ts';

type Answer = Refusal & { code: string; lang: Language };

/** Turns every refusal and fault into a page in plain words, or for programs into a problem document (RFC 9457). */
export function registerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => send(request, reply, answerFor(request, 404)));
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const answer = answerTo(error, request);
    if (answer.status === 503) {
      request.log.error({ err: error, code: answer.code }, 'a part is unreachable');
      reply.header('retry-after', '30');
    } else if (answer.status >= 500) {
      request.log.error({ err: error }, 'request failed');
    }
    return send(request, reply, answer);
  });
}

/**
 * Requests that fail before routing: an address that cannot be decoded, or with a part beyond the limit. Hooks and
 * decorators do not exist for them yet.
 */
export function frameworkErrorHandler(config: Config) {
  return (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    reply.code(404).headers(securityHeaders(config, 'token')).type('text/html; charset=utf-8');
    void reply.send(barePage(404));
  };
}

/** What cannot be read as HTTP at all, or has larger headers than Node accepts, is answered on the bare socket. */
export function clientErrorHandler(config: Config) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status: HttpStatus =
      error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    const body = barePage(status);
    const headers = {
      ...securityHeaders(config, 'token'),
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
  };
}

/** A page of the same words without the views, for where these are out of reach. */
function barePage(status: HttpStatus): string {
  const { title, sentence } = HTTP_REFUSALS[status].en;
  return [
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title} – Countersign</title><link rel="stylesheet" href="${assetPath('employer.css')}"></head>`,
    `<body><main class="cs-container cs-container--narrow cs-main"><h1>${title}</h1><p>${sentence}</p></main></body></html>`,
  ].join('');
}

function answerTo(error: FastifyError | Error, request: FastifyRequest): Answer {
  if (error instanceof DomainError) {
    if (error.code === 'not_found' && isPersonalLink(request)) return answerFor(request, 404);
    return { ...DOMAIN_REFUSALS[error.code], code: error.code, lang: 'en' };
  }
  if (isDatabaseUnavailable(error)) return answerFor(request, 503);
  // Forms refuse such text themselves (forms.ts); this is for addresses, where any slug or filter may hold %00.
  if (isUnstorableText(error)) return answerFor(request, 400);
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return answerFor(request, isHttpStatus(status) ? status : 500);
}

function answerFor(request: FastifyRequest, status: HttpStatus): Answer {
  const { lang: queryLanguage } = (request.query ?? {}) as Record<string, unknown>;
  const isStaff = accessOf(request) === 'staff';
  const lang = isStaff ? 'en' : preferredLanguage(queryLanguage, request.headers['accept-language']);
  const words = status === 404 && isPersonalLink(request) ? UNKNOWN_LINK[lang] : HTTP_REFUSALS[status][lang];
  return { ...words, status, code: codeOfStatus(status), lang };
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).header('cache-control', 'no-store');
  if (wantsProblem(request)) {
    const { title, sentence } = (isForApi(request) && apiWords(answer)) || answer;
    return reply.type('application/problem+json').send(
      JSON.stringify({
        type: 'about:blank',
        title,
        status: answer.status,
        detail: sentence,
        code: answer.code,
        requestId: request.id,
      }),
    );
  }
  return reply.page(
    'errors/error',
    {
      title: answer.title,
      lang: answer.lang,
      sentences: [answer.sentence],
      showReference: answer.status >= 500,
      noindex: true,
    },
    { layout: layoutFor(request) },
  );
}

function wantsProblem(request: FastifyRequest): boolean {
  return isForApi(request) || /^\/hooks(?:\/|$)/.test(request.url);
}

function isForApi(request: FastifyRequest): boolean {
  return accessOf(request) === 'api' || /^\/api(?:\/|$)/.test(request.url);
}

/** A console's error page shows the console's frame only to somebody who is signed in. */
function layoutFor(request: FastifyRequest): 'employer' | 'public' | 'staff' {
  if (request.staff) return 'staff';
  return isPersonalLink(request) ? 'employer' : 'public';
}

/** Whoever mistyped a personal link reads the same as one whose link is unknown. */
function isPersonalLink(request: FastifyRequest): boolean {
  return accessOf(request) === 'token' || /^\/[rum]\//.test(request.url);
}
