import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { COMPILE_OPTIONS, createHandlebars, listPartials, VIEWS_DIR } from '../../src/http/views.ts';

const templates = readdirSync(VIEWS_DIR, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.hbs'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort();
/** Mails have their own renderer, helpers and rules: styles stand inline there, since mail programs need that. */
const pages = templates.filter((name) => !name.startsWith('email/'));
const read = (name: string) => readFileSync(join(VIEWS_DIR, name), 'utf8');

const handlebars = createHandlebars();
const partials = listPartials();

/** Names used as partials and as helpers, read off the template's syntax tree. */
function namesIn(name: string): { partials: string[]; helpers: string[] } {
  const found = { partials: [] as string[], helpers: [] as string[] };
  class Reader extends Handlebars.Visitor {
    override PartialStatement(node: hbs.AST.PartialStatement): void {
      found.partials.push((node.name as hbs.AST.PathExpression).original);
      super.PartialStatement(node);
    }
    override MustacheStatement(node: hbs.AST.MustacheStatement): void {
      if (node.params.length > 0) found.helpers.push((node.path as hbs.AST.PathExpression).original);
      super.MustacheStatement(node);
    }
    override SubExpression(node: hbs.AST.SubExpression): void {
      found.helpers.push((node.path as hbs.AST.PathExpression).original);
      super.SubExpression(node);
    }
  }
  new Reader().accept(handlebars.parse(read(name)));
  return found;
}

describe.each(pages)('views/%s', (name) => {
  test('compiles, and uses partials and helpers that exist', () => {
    expect(() => handlebars.precompile(read(name), COMPILE_OPTIONS)).not.toThrow();
    const used = namesIn(name);
    expect(used.partials.filter((partial) => !(partial in partials))).toEqual([]);
    expect(used.helpers.filter((helper) => !(helper in handlebars.helpers))).toEqual([]);
  });

  test('holds nothing that the content security policy forbids', () => {
    expect(read(name)).not.toMatch(/<script|<style|javascript:/i);
    // The local mailbox shows a mail as a mail program does, sandboxed, under a policy of its own.
    if (name !== 'outreach/mailbox-message.hbs') expect(read(name)).not.toMatch(/<iframe/i);
    expect(read(name)).not.toMatch(/<[^>]*\s(?:style|on[a-z]+)\s*=/i);
    expect(read(name)).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!\{)/i);
  });

  test('asks for nothing by attributes of the browser, whose messages nobody can word', () => {
    expect(read(name)).not.toMatch(/<(?:input|select|textarea)\b[^>]*\srequired\b/i);
    const forms = [...read(name).matchAll(/<form\b([^>]*method="post"[^>]*)>([\s\S]*?)<\/form>/gi)];
    const typed = forms.filter(([, , body]) =>
      /\{\{> (?:field|textarea)\b|type="(?:email|url|number)"/.test(body!),
    );
    expect(
      typed.filter(([, attributes]) => !/\bnovalidate\b/.test(attributes!)).map(([form]) => form),
    ).toEqual([]);
  });
});

describe('views', () => {
  test('only layouts print what a template made without escaping', () => {
    const raw = pages.filter((name) => !/^(?:layouts|partials)\//.test(name) && /\{\{\{/.test(read(name)));
    expect(raw).toEqual([]);
  });

  test('use classes that the stylesheets have', () => {
    const manifest = JSON.parse(readFileSync('public/manifest.json', 'utf8')) as {
      files: Record<string, string>;
    };
    const css = readFileSync(join('public', manifest.files['staff.css']!), 'utf8');
    const styled = new Set([...css.matchAll(/\.([a-zA-Z][\w-]*)/g)].map((match) => match[1]!));
    const used = pages.flatMap((name) =>
      [...read(name).matchAll(/\sclass="((?:\{\{[^}]*\}\}|[^"])*)"/g)].flatMap(([, classes]) =>
        classes!
          .replace(/\{\{(?:#|\/|else)[^}]*\}\}/g, ' ')
          // A class made from data, such as cs-tag--{{kind}}, cannot be told here.
          .replace(/\S*\{\{[^}]*\}\}\S*/g, ' ')
          .split(/\s+/)
          .filter((one) => one && !one.endsWith('-'))
          .map((one) => `${name}: ${one}`),
      ),
    );
    expect(used.length).toBeGreaterThan(100);
    const hooks = ['usa-breadcrumb__link'];
    const unknown = used.filter((entry) => {
      const one = entry.split(': ')[1]!;
      return !styled.has(one) && !hooks.includes(one);
    });
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('that code names exist', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const named = sources.flatMap((file) =>
      [...readFileSync(join('src', file), 'utf8').matchAll(/\.page\(\s*'([^']+)'/g)].map(
        (match) => match[1]!,
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !templates.includes(`${name}.hbs`))).toEqual([]);
  });
});
