import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyView from '@fastify/view';
import type { FastifyInstance, FastifyReply } from 'fastify';
import Handlebars from 'handlebars';
import { invariant } from '../lib/errors.ts';
import { formatDate, formatDateTime, formatTime } from '../lib/zoned-time.ts';
import { type Access, accessOf } from './access.ts';
import { assetPath } from './assets.ts';
import type { FieldError, FormValues } from './forms.ts';
import { isLanguage, type Language, WORDS, type Word } from './words.ts';

export const LAYOUTS = ['employer', 'public', 'staff'] as const;
export type Layout = (typeof LAYOUTS)[number];

export type PageLink = { href: string; text: string };

/** What every layout reads. A page adds its own keys, and sets each key that its template names. */
export type PageData = {
  /** In the browser's tab; the page's h1 says the same. */
  title: string;
  /** English unless said. */
  lang?: Language;
  /** Faults of the form, shown as the error summary above the page and beside each field. */
  errors?: readonly FieldError[];
  /** What the person typed; shared field partials read it by the field's name. */
  values?: FormValues;
  /** Shown above the page after an action. */
  notice?: { kind?: 'success' | 'info' | 'warning' | 'error'; heading?: string; text: string } | null;
  back?: { href: string; text?: string } | null;
  /** Ancestors only; the page itself is added. */
  breadcrumbs?: readonly PageLink[];
  /** Links to this page in other languages. */
  languages?: readonly (PageLink & { lang: Language })[];
  /** On employer pages: who asks. */
  agency?: {
    name: string;
    address?: string | null;
    contactEmail?: string | null;
    contactPhone?: string | null;
  } | null;
  /** Time zone of the date helpers where they name none. */
  zone?: string;
  [key: string]: unknown;
};

export type PageOptions = {
  status?: number;
  /** By the route's access unless said: staff, token and one-click have their own, the rest is public. */
  layout?: Layout;
};

declare module 'fastify' {
  interface FastifyReply {
    /** Renders views/<name>.hbs in a layout. */
    page(name: string, data: PageData, options?: PageOptions): FastifyReply;
    /** What `page` would send, for a page that is worth keeping. */
    html(name: string, data: PageData, options?: Pick<PageOptions, 'layout'>): string;
  }
}

export const VIEWS_DIR = join(import.meta.dirname, '../../views');

/** Partials are views/partials/<name>.hbs, as `name`, and views/<feature>/_<name>.hbs, as `feature/_name`. */
export function listPartials(): Record<string, string> {
  const partials: Record<string, string> = {};
  for (const folder of readdirSync(VIEWS_DIR, { withFileTypes: true })) {
    if (!folder.isDirectory() || folder.name === 'email') continue;
    for (const file of readdirSync(join(VIEWS_DIR, folder.name))) {
      if (!file.endsWith('.hbs')) continue;
      const name = file.slice(0, -'.hbs'.length);
      if (folder.name === 'partials') partials[name] = `partials/${file}`;
      else if (name.startsWith('_')) partials[`${folder.name}/${name}`] = `${folder.name}/${file}`;
    }
  }
  return partials;
}

/** A partial sees what it is handed and `@root`, so that a row's `hint` never turns up in a field inside it. */
export const COMPILE_OPTIONS: CompileOptions = { explicitPartialContext: true };

export function createHandlebars(): typeof Handlebars {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(HELPERS);
  return handlebars;
}

function readView(file: string): string {
  return readFileSync(join(VIEWS_DIR, file), 'utf8');
}

type Render = (data: object) => string;

/**
 * Views by name, each in its layout. They are part of the program: compiled when first shown, kept, and not read again
 * while it runs. Composed here because @fastify/view asks the disk for the layout at every page.
 */
function compileViews(handlebars: typeof Handlebars): (name: string, layout: Layout) => Render {
  for (const [name, file] of Object.entries(listPartials())) {
    handlebars.registerPartial(name, handlebars.compile(readView(file), COMPILE_OPTIONS));
  }
  const compile = (name: string) => handlebars.compile(readView(`${name}.hbs`), COMPILE_OPTIONS);
  const layouts = new Map(LAYOUTS.map((layout) => [layout, compile(`layouts/${layout}`)]));
  const kept = new Map<string, Render>();
  return (name, layout) => {
    const key = `${layout} ${name}`;
    let render = kept.get(key);
    if (!render) {
      const [page, frame] = [compile(name), layouts.get(layout)!];
      render = (data) => frame({ ...data, body: page(data) });
      kept.set(key, render);
    }
    return render;
  };
}

export async function registerViews(
  app: FastifyInstance,
  options: { staffNavigation: readonly PageLink[] },
): Promise<void> {
  const handlebars = createHandlebars();
  const viewIn = compileViews(handlebars);
  await app.register(fastifyView, { engine: { handlebars }, root: VIEWS_DIR, production: true });

  app.decorateReply('page', function page(this: FastifyReply, name, data, pageOptions = {}) {
    const layout = pageOptions.layout ?? layoutFor(accessOf(this.request));
    if (pageOptions.status !== undefined) this.code(pageOptions.status);
    // The plugin takes a compiled view too; only its types do not say so.
    return this.view(viewIn(name, layout) as unknown as string, viewData(this, layout, data));
  });
  app.decorateReply('html', function html(this: FastifyReply, name, data, pageOptions = {}) {
    const layout = pageOptions.layout ?? layoutFor(accessOf(this.request));
    return viewIn(name, layout)(viewData(this, layout, data));
  });

  function viewData(reply: FastifyReply, layout: Layout, data: PageData) {
    const staff = layout === 'staff' ? reply.request.staff : null;
    return {
      lang: 'en',
      ...data,
      // An empty list is true to no `{{#if}}`, but the title asks for it too.
      errors: data.errors?.length ? data.errors : null,
      staff,
      navigation: staff ? currentIn(options.staffNavigation, reply.request.url) : [],
      requestId: reply.request.id,
    };
  }
}

function layoutFor(access: Access): Layout {
  if (access === 'staff') return 'staff';
  return access === 'token' || access === 'one-click' ? 'employer' : 'public';
}

/** Marks the section that an address lies in: `page` for its first page, `true` below it. */
function currentIn(navigation: readonly PageLink[], url: string) {
  const path = url.split('?', 1)[0]!.replace(/\/+$/, '') || '/';
  const inside = (item: PageLink) => path === item.href || path.startsWith(`${item.href}/`);
  const best = navigation.filter(inside).sort((a, b) => b.href.length - a.href.length)[0];
  return navigation.map((item) => ({
    ...item,
    current: item === best && (path === item.href ? 'page' : item.href !== '/staff' && 'true'),
  }));
}

type Root = Partial<Pick<PageData, 'lang' | 'errors' | 'values' | 'zone'>>;
type HelperOptions = { data: { root: Root } };

const languageOf = (options: HelperOptions): Language =>
  isLanguage(options.data.root.lang) ? options.data.root.lang : 'en';

function errorFor(name: string, options: HelperOptions): string | undefined {
  return options.data.root.errors?.find((error) => error.field === name)?.message;
}

/** What was typed comes before what is stored, so that a refused form shows what the person wrote. */
function typedOr(name: string, given: unknown, options: HelperOptions): unknown {
  const values = options.data.root.values;
  return values && Object.hasOwn(values, name) ? values[name] : given;
}

function inZone(
  format: (instant: Date, zone: string, language: string) => string,
): (instant: unknown, ...rest: unknown[]) => string {
  return (instant, ...rest) => {
    const options = rest.pop() as HelperOptions;
    const zone = rest[0] ?? options.data.root.zone;
    if (instant === null || instant === undefined) return '';
    invariant(instant instanceof Date, 'a date helper is given a Date');
    invariant(typeof zone === 'string', 'a date helper knows its time zone');
    return format(instant, zone, languageOf(options));
  };
}

/** Few on purpose: what decides belongs into pages.ts, templates only place it. */
const HELPERS: Record<string, Handlebars.HelperDelegate> = {
  asset: (name: string) => assetPath(name),
  eq: (a: unknown, b: unknown) => a === b,
  or: (...args: unknown[]) => args.slice(0, -1).find(Boolean) ?? false,
  not: (value: unknown) => !value,
  isGiven: (value: unknown) => value !== undefined && value !== null && value !== '',
  formatDate: inZone(formatDate),
  formatDateTime: inZone(formatDateTime),
  formatTime: inZone(formatTime),
  formatNumber: (value: unknown, options: HelperOptions) =>
    typeof value === 'number' ? value.toLocaleString(languageOf(options) === 'es' ? 'es-US' : 'en-US') : '',
  /** `{{plural count "employer" "employers"}}`: the number and its noun. */
  plural: (count: number, one: string, many: string, options: HelperOptions) =>
    `${count.toLocaleString(languageOf(options) === 'es' ? 'es-US' : 'en-US')} ${count === 1 ? one : many}`,
  /** A word of the frame in the page's language. */
  t: (word: Word, options: HelperOptions) => WORDS[word][languageOf(options)],
  errorFor,
  valueOf: (name: string, given: unknown, options: HelperOptions) => {
    const value = typedOr(name, given, options);
    return Array.isArray(value) ? value[0] : (value ?? '');
  },
  chosen: (name: string, value: unknown, given: unknown, options: HelperOptions) => {
    const chosen = typedOr(name, given, options);
    if (chosen === undefined || chosen === null) return false;
    return (Array.isArray(chosen) ? chosen : [chosen]).some((one) => String(one) === String(value));
  },
  /** The first choice carries the field's own name, so the error summary's link lands on it (STANDARDS A2). */
  optionId: (name: string, index: number) => (index === 0 ? name : `${name}-${index + 1}`),
  describedBy: (name: string, hint: unknown, options: HelperOptions) => {
    const ids = [hint && `${name}-hint`, errorFor(name, options) && `${name}-error`].filter(Boolean);
    return ids.length > 0 ? ` aria-describedby="${Handlebars.escapeExpression(ids.join(' '))}"` : '';
  },
};
