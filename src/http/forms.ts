import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HttpError } from './http-error.ts';

/** Bodies of forms as they come: one field may come several times. */
export type FormBody = Record<string, string | string[]>;
/** What was typed, to be shown again. */
export type FormValues = Record<string, string | string[]>;

/** One fault of a form: the sentence stands in the error summary, with a link to the field, and beside the field. */
export type FieldError = { field: string; message: string; href: string };

export type FormResult<T> =
  | { ok: true; data: T; values: FormValues }
  | { ok: false; errors: FieldError[]; values: FormValues };

/** Far above any form here; an upload has its own limit (uploads.ts). */
export const FORM_BODY_LIMIT = 64 * 1024;
const FORM_FIELD_LIMIT = 1_000;

/** Forms are the only bodies that pages take; JSON and plain text get 415 unless a route's scope adds them. */
export async function registerForms(app: FastifyInstance): Promise<void> {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  await app.register(formbody, { bodyLimit: FORM_BODY_LIMIT, parser: parseFormBody });
}

/**
 * Decodes application/x-www-form-urlencoded. What is not UTF-8, or holds NUL, which PostgreSQL cannot store,
 * is refused as a whole rather than stored as something that was not typed.
 */
export function parseFormBody(text: string): FormBody {
  const body: FormBody = Object.create(null);
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++fields > FORM_FIELD_LIMIT || /[\0\ufffd]/.test(name + value)) throw new HttpError(400);
    const before = body[name];
    body[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return body;
}

/** A field that may come any number of times, such as checkboxes; absent means none. */
export function manyOf<T extends z.ZodType>(one: T) {
  return z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(one),
  );
}

/** An optional line of text: absent and blank are null. */
export function optionalText(maximum: number) {
  return z
    .string()
    .trim()
    .max(maximum, `Use ${maximum.toLocaleString('en-US')} characters or fewer`)
    .transform((value) => value || null)
    .optional()
    .transform((value) => value ?? null);
}

/**
 * Checks a form (or a query string) against its schema. Faults come as one sentence a field, in the schema's order;
 * `field.join('.')` of the path's first part is the field's name, and the link leads to the element with that id.
 */
export function parseForm<T extends z.ZodType>(schema: T, body: unknown): FormResult<z.output<T>> {
  const values = readValues(body);
  const parsed = schema.safeParse(values, { error: plainMessage });
  if (parsed.success) return { ok: true, data: parsed.data, values };
  const errors = new Map<string, FieldError>();
  for (const issue of parsed.error.issues) {
    const field = String(issue.path[0] ?? '');
    if (!errors.has(field)) errors.set(field, fieldError(field, issue.message));
  }
  return { ok: false, errors: [...errors.values()], values };
}

/** A fault that no schema can see, such as a date that is taken. */
export function fieldError(field: string, message: string): FieldError {
  return { field, message, href: `#${field}` };
}

function readValues(body: unknown): FormValues {
  if (typeof body !== 'object' || body === null) return {};
  const entries = Object.entries(body).filter(
    (entry): entry is [string, string | string[]] =>
      typeof entry[1] === 'string' ||
      (Array.isArray(entry[1]) && entry[1].every((v) => typeof v === 'string')),
  );
  return Object.fromEntries(entries);
}

/** For faults to which the schema gives no sentence of its own. */
function plainMessage(issue: { code?: string; input?: unknown; [key: string]: unknown }): string {
  if (Array.isArray(issue.input)) return 'Give one answer only';
  switch (issue.code) {
    case 'too_small':
      return issue.input === '' ? 'Enter an answer' : `Use at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `Use ${Number(issue.maximum).toLocaleString('en-US')} characters or fewer`
        : `Use ${issue.maximum} at most`;
    case 'invalid_value':
      return 'Choose one of the answers';
    case 'invalid_format':
      if (issue.format === 'email') return 'Enter an email address, like name@business.example';
      if (issue.format === 'url') return 'Enter a web address, like https://business.example';
      return 'Enter this in the form shown';
    default:
      return 'Enter an answer';
  }
}
