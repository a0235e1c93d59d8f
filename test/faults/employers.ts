import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fillForm, readForms } from '../../src/demo/html-forms.ts';
import type { Choice, Operation } from './history.ts';

export type Employers = {
  /** Somebody got a mail with this link: a part of them answer, some twice, in words that follow from the link. */
  invite(link: string): void;
  /** Somebody presses "unsubscribe" in their mail program. */
  stop(contactId: number, token: string): void;
  /** Resolves when everybody has done what they set out to do. */
  done(): Promise<void>;
};

/** A link's key in the history: what the database holds of it. */
const keyOf = (link: string) => createHash('sha256').update(link).digest('hex');

/**
 * Employers at their browsers: real HTTP at one server or the other, again elsewhere when a connection breaks, and a
 * note of all that they were told.
 */
export function createEmployers(
  serverUrls: readonly string[],
  note: (operation: Operation) => void,
  options: { abreast: number },
): Employers {
  const queue: (() => Promise<void>)[] = [];
  let working = 0;
  const idle: (() => void)[] = [];

  const work = async () => {
    working += 1;
    for (let next = queue.shift(); next; next = queue.shift()) await next();
    working -= 1;
    if (working === 0) for (const resolve of idle.splice(0)) resolve();
  };
  const add = (task: () => Promise<void>) => {
    queue.push(task);
    if (working < options.abreast) void work();
  };

  const invited = new Set<string>();
  let turn = 0;
  const anyServer = () => turn++ % serverUrls.length;

  async function request(server: number, path: string, form?: URLSearchParams): Promise<Answered> {
    try {
      const response = await fetch(new URL(path, serverUrls[server]), {
        redirect: 'manual',
        signal: AbortSignal.timeout(15_000),
        ...(form && {
          method: 'POST',
          body: form.toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      });
      const html = await response.text();
      return { status: response.status, html };
    } catch {
      // Refused, reset or too late: nobody knows whether it arrived.
      return { status: 0, html: '' };
    }
  }

  /** One step, at whichever server takes it; each try is told to `tried`. */
  async function insist(
    path: string,
    form: URLSearchParams | undefined,
    tried: (server: number, answered: Answered, invokedAt: number) => void = () => undefined,
  ): Promise<Answered> {
    for (let attempt = 0; ; attempt += 1) {
      const server = anyServer();
      const invokedAt = Date.now();
      const answered = await request(server, path, form);
      tried(server, answered, invokedAt);
      if ((answered.status > 0 && answered.status < 500) || attempt >= MAX_TRIES) return answered;
      await wait(Math.min(2_000, 100 * 2 ** attempt));
    }
  }

  /** Fills in the credential's page and sends the whole; `first` also says who answers. */
  async function answer(link: string, choice: Choice, first: boolean): Promise<boolean> {
    const key = keyOf(link);
    const refuse = (step: string, { status }: Answered) => {
      const now = Date.now();
      const because = `${step}: ${status}`;
      note({
        kind: 'answer',
        key,
        choice,
        outcome: 'refused',
        server: 0,
        invokedAt: now,
        endedAt: now,
        because,
      });
      return false;
    };
    if (first) {
      const about = await insist(`/r/${link}/about`, new URLSearchParams(ABOUT));
      if (about.status !== 303) return refuse('about', about);
    }
    const page = await insist(`/r/${link}/c/1`, undefined);
    const form = readForms(page.html).find(({ method }) => method === 'post');
    if (page.status !== 200 || !form) return refuse('credential page', page);
    const saved = await insist(`/r/${link}/c/1`, fillForm(form, { ...choice, importance: 'preferred' }));
    if (saved.status !== 303) return refuse('credential', saved);
    const sent = await insist(`/r/${link}/send`, new URLSearchParams(), (server, { status }, invokedAt) => {
      const outcome = status === 303 ? 'ok' : status === 0 || status >= 500 ? 'info' : 'refused';
      const because = `send: ${status}`;
      note({ kind: 'answer', key, choice, outcome, server, invokedAt, endedAt: Date.now(), because });
    });
    return sent.status === 303;
  }

  async function read(link: string): Promise<void> {
    await insist(`/r/${link}/thanks`, undefined, (server, { status }, invokedAt) => {
      const outcome = status === 200 || status === 303 ? 'ok' : 'info';
      // Whoever has not answered is led back to the first page.
      const seen = status === 200;
      note({ kind: 'read', key: keyOf(link), seen, outcome, server, invokedAt, endedAt: Date.now() });
    });
  }

  return {
    invite(link) {
      // A receipt carries the same link.
      if (invited.has(link)) return;
      invited.add(link);
      const digest = createHash('sha256').update(link).digest();
      const [who, what] = [digest[0]!, digest[1]!];
      if (who >= 256 * SHARE_THAT_ANSWERS) return;
      add(async () => {
        if (!(await answer(link, CHOICES[what % 4]!, true))) return;
        await read(link);
        if (what >= 256 * SHARE_THAT_CHANGES) return;
        await answer(link, CHOICES[(what + 1) % 4]!, false);
        await read(link);
      });
    },
    stop(contactId, token) {
      add(async () => {
        const form = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
        await insist(`/u/${token}`, form, (server, { status }, invokedAt) => {
          const outcome = status === 200 ? 'ok' : status === 0 || status >= 500 ? 'info' : 'refused';
          const because = String(status);
          const key = String(contactId);
          note({ kind: 'stop', key, outcome, server, invokedAt, endedAt: Date.now(), because });
        });
      });
    },
    done: () =>
      new Promise((resolve) => {
        if (working === 0) resolve();
        else idle.push(resolve);
      }),
  };
}

type Answered = { status: number; html: string };

const MAX_TRIES = 60;
const SHARE_THAT_ANSWERS = 0.15;
const SHARE_THAT_CHANGES = 0.25;
/** The name that people.ts gives everybody: another would say that the link was passed on. */
const ABOUT = { name: 'Ann Lee', job: 'Shop manager', hiring: 'yes', connected: 'no' };
const CHOICES: Choice[] = [
  { incentive: 'yes', preference: 'yes' },
  { incentive: 'yes', preference: 'no' },
  { incentive: 'no', preference: 'yes' },
  { incentive: 'no', preference: 'no' },
];
