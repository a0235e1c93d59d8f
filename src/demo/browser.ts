import { fillForm, type HtmlForm, type HtmlLink, readForms, readLinks, readText } from './html-forms.ts';

export type Page = { url: string; status: number; html: string };

/**
 * A browser as far as our pages need one: gets, follows redirects, sends forms, runs no scripts and keeps no cookies.
 * Every request is real HTTP.
 */
export type Browser = {
  requests(): number;
  /** The same browser on another desk: requests come from this address, as a proxy in front of the server tells it. */
  at(address: string): Browser;
  open(url: string): Promise<Page>;
  /** Presses a form's button with what was filled in over what stands there. */
  send(page: Page, form: HtmlForm, filled: Record<string, string>): Promise<Page>;
};

const MAX_REDIRECTS = 8;

export function createBrowser(): Browser {
  const count = { requests: 0 };
  return browserAt(null, count);
}

function browserAt(address: string | null, count: { requests: number }): Browser {
  const desk: Record<string, string> = address === null ? {} : { 'x-forwarded-for': address };

  async function load(url: string, init: RequestInit = {}, redirects = 0): Promise<Page> {
    count.requests += 1;
    const headers = { ...desk, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location && redirects < MAX_REDIRECTS) {
      await response.body?.cancel();
      return load(new URL(location, url).href, {}, redirects + 1);
    }
    return { url, status: response.status, html: await response.text() };
  }

  return {
    requests: () => count.requests,
    at: (elsewhere) => browserAt(elsewhere, count),
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
