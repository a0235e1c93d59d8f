import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import type { Deps } from '../../src/deps.ts';

/** A browser of somebody who has signed in. Without JavaScript: a form's fields go as urlencoded text. */
export type StaffBrowser = {
  get(url: string): Promise<LightMyRequestResponse>;
  post(url: string, fields?: Record<string, string | string[]>): Promise<LightMyRequestResponse>;
  /** A body that is ready as it is, such as a form with a file. */
  send(
    url: string,
    body: { payload: Buffer; headers: Record<string, string> },
  ): Promise<LightMyRequestResponse>;
};

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };

/** Signs a staff member in by a one-time link, as the terminal prints it. */
export async function signInAs(
  given: { app: FastifyInstance; deps: Deps },
  staffId: number,
): Promise<StaffBrowser> {
  const link = new URL(await createSignInLink(given.deps, { id: staffId }));
  const signedIn = await given.app.inject({ method: 'POST', url: link.pathname, headers: SAME_ORIGIN });
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  if (signedIn.statusCode !== 303 || !cookie) throw new Error(`Sign-in was answered ${signedIn.statusCode}`);
  return {
    get: (url) => given.app.inject({ method: 'GET', url, headers: { cookie } }),
    post: (url, fields = {}) =>
      given.app.inject({
        method: 'POST',
        url,
        headers: { ...SAME_ORIGIN, cookie },
        payload: encodeForm(fields),
      }),
    send: (url, { payload, headers }) =>
      given.app.inject({
        method: 'POST',
        url,
        headers: { 'sec-fetch-site': 'same-origin', ...headers, cookie },
        payload,
      }),
  };
}

export function encodeForm(fields: Record<string, string | string[]>): string {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) body.append(name, one);
  }
  return body.toString();
}
