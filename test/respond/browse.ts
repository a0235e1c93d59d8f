import { createHash } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { fillForm, type HtmlForm, readForms, readText } from '../../src/demo/html-forms.ts';

/** One page as a browser without scripts sees it. */
export type Page = {
  url: string;
  status: number;
  html: string;
  text: string;
  title: string;
  forms: HtmlForm[];
};

/** Opens a page and follows redirects, as a browser does. */
export async function open(app: FastifyInstance, url: string): Promise<Page> {
  return follow(app, url, await app.inject({ method: 'GET', url, remoteAddress: networkOf(url) }));
}

/** Fills the page's only form and presses its button. */
export async function submit(
  app: FastifyInstance,
  page: Page,
  filled: Record<string, string> = {},
): Promise<Page> {
  const form = page.forms.find(({ method }) => method === 'post');
  if (!form) throw new Error(`${page.url} has no form: ${page.text.slice(0, 200)}`);
  return post(app, form.action, fillForm(form, filled).toString());
}

export async function post(app: FastifyInstance, url: string, payload: string): Promise<Page> {
  return follow(
    app,
    url,
    await app.inject({
      method: 'POST',
      url,
      payload,
      remoteAddress: networkOf(url),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  );
}

/** Each employer sits at its own place: whoever holds one link comes from one network. */
export function networkOf(url: string): string {
  const [a, b] = createHash('sha256')
    .update(url.split('/')[2] ?? '')
    .digest();
  return `10.${a}.${b}.7`;
}

async function follow(app: FastifyInstance, url: string, response: LightMyRequestResponse): Promise<Page> {
  if (response.statusCode === 303) {
    const location = String(response.headers.location);
    return open(app, location);
  }
  const html = response.body;
  return {
    url,
    status: response.statusCode,
    html,
    text: readText(html),
    title: /<title>(.*?)<\/title>/s.exec(html)?.[1] ?? '',
    forms: readForms(html),
  };
}

export const ABOUT = { name: 'Ann Lee', job: 'Shop manager', hiring: 'yes', connected: 'no' };
export const BOTH_YES = { incentive: 'yes', preference: 'yes' };
