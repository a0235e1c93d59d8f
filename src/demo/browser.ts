import { fillForm, type HtmlForm, type HtmlLink, readForms, readLinks, readText } from './html-forms.ts';

export type Page = { url: string; status: number; html: string };

/**
 * A browser as far as our pages need one: gets, follows redirects, sends forms, runs no scripts and keeps no cookies.
 * Every request is real HTTP.
 */
export type Browser = {
  requests(): number;
  open(url: string): Promise<Page>;
  /** Presses a form's button with what was filled in over what stands there. */
  send(page: Page, form: HtmlForm, filled: Record<string, string>): Promise<Page>;
};

const MAX_REDIRECTS = 8;

export function createBrowser(): Browser {
  let requests = 0;

  async function load(url: string, init: RequestInit = {}, redirects = 0): Promise<Page> {
    requests += 1;
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location && redirects < MAX_REDIRECTS) {
      await response.body?.cancel();
      return load(new URL(location, url).href, {}, redirects + 1);
    }
    return { url, status: response.status, html: await response.text() };
  }

  return {
    requests: () => requests,
    open: (url) => load(url),
    send(page, form, filled) {
      const target = new URL(form.action || page.url, page.url);
      const body = fillForm(form, filled);
      if (form.method === 'get') {
        target.search = body.toString();
        return load(target.href);
      }
      return load(target.href, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: target.origin },
        body: body.toString(),
      });
    },
  };
}

export function formsOf(page: Page): HtmlForm[] {
  return readForms(page.html);
}

export function findLink(page: Page, pattern: RegExp): HtmlLink | null {
  return readLinks(page.html).find(({ href }) => pattern.test(href)) ?? null;
}

/** The page's own heading, by which a person knows where they are. */
export function headingOf(page: Page): string {
  return readText(/<h1\b[^>]*>([\s\S]*?)<\/h1>/i.exec(page.html)?.[1] ?? '');
}
