import { type SeededRandom, seededRandom } from '../lib/seeded-random.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { mailboxMessageIds, readMailboxMessage } from '../mail/local-mailbox.ts';
import { type Browser, createBrowser, findLink, formsOf, headingOf, type Page } from './browser.ts';
import {
  CONNECTED,
  type Course,
  chooseCourse,
  chooseRelation,
  DECLINE_WAYS,
  formOpinion,
  JOINS_COMMITTEE,
  MEETING_REFUSALS,
  type Opinion,
} from './employer-behaviour.ts';
import type { FormControl, HtmlForm } from './html-forms.ts';
import { sampleColleague } from './sample-people.ts';

export type SimulationResult = {
  /** People whose link was opened, by whatever they did then. */
  opened: number;
  answered: number;
  declined: number;
  referred: number;
  /** HTTP requests made. */
  requests: number;
};

export type Simulation = {
  /** Reads new mail and acts on it, until nobody has anything left to do. */
  run(onProgress: (done: number, known: number) => void): Promise<SimulationResult>;
};

const AT_ONCE = 12;
const MAX_STEPS = 40;

/**
 * Invented employers who read the local mailbox, open the link in their mail and answer through the forms of the pages
 * they get, over HTTP. What each does is drawn from the seed and the address alone, so that a run can be repeated.
 */
export function createSimulation(options: { mailbox: string; seed: string; disputed: RegExp }): Simulation {
  const browser = createBrowser();
  let dispute: Dispute | null = null;
  const read = new Set<string>();
  const links = new Set<string>();
  const result = { opened: 0, answered: 0, declined: 0, referred: 0 };

  async function newInvitations(): Promise<Invited[]> {
    const invited: Invited[] = [];
    for (const id of await mailboxMessageIds(options.mailbox)) {
      if (read.has(id)) continue;
      read.add(id);
      const mail = await readMailboxMessage(options.mailbox, id);
      const link = mail && /https?:\/\/\S+\/r\/[\w-]{32}(?=\s|$)/.exec(mail.text)?.[0];
      // Receipts and reminders carry the link that the person has used already.
      if (!mail || !link || links.has(link)) continue;
      links.add(link);
      invited.push({ address: addressIn(mail.to), link, mail: mail.text });
    }
    return invited;
  }

  return {
    async run(onProgress) {
      let done = 0;
      for (;;) {
        const invited = await newInvitations();
        if (invited.length === 0) break;
        dispute ??= createDispute(
          options.disputed,
          findTwoOfOneFirm(invited, options.seed, options.disputed),
          options.seed,
        );
        const world = { browser, seed: options.seed, dispute };
        await inParallel(invited, AT_ONCE, async (person) => {
          const course = await live(world, person);
          if (course !== 'ignores') result.opened += 1;
          if (course === 'answers') result.answered += 1;
          if (course === 'declines') result.declined += 1;
          if (course === 'refers') result.referred += 1;
          done += 1;
          onProgress(done, links.size);
        });
      }
      return { ...result, requests: browser.requests() };
    },
  };
}

type Invited = { address: string; link: string; mail: string };

type World = { browser: Browser; seed: string; dispute: Dispute };

/** Every person sits somewhere of their own, in the range that is kept for examples and private networks. */
function deskOf(address: string): string {
  const digest = sha256Hex(address);
  const part = (at: number) => Number.parseInt(digest.slice(at, at + 2), 16);
  return `10.${part(0)}.${part(2)}.${1 + (part(4) % 254)}`;
}

/** One person's two minutes. Returns what they ended up doing. */
async function live(world: World, person: Invited): Promise<Course> {
  const { seed } = world;
  const browser = world.browser.at(deskOf(person.address));
  const course = courseOf(seed, person.address);
  const random = seededRandom(`${seed}:${person.address}:then`);
  if (course === 'ignores') return course;
  const start = expectPage(await browser.open(person.link));
  if (course === 'opens_only') return course;
  if (course === 'declines' || course === 'refers') {
    const declined = await turnDown(browser, start, person, course, random);
    return declined ? course : 'opens_only';
  }
  const begin = findLink(start, /\/r\/[\w-]{32}\/.+/);
  if (!begin) return 'opens_only';
  let page = expectPage(await browser.open(new URL(begin.href, start.url).href));
  const stopAfter = course === 'leaves_unfinished' ? 2 : MAX_STEPS;
  for (let step = 0; step < stopAfter; step += 1) {
    if (/\/thanks(\?|$)/.test(page.url)) return 'answers';
    const [form] = formsOf(page).filter(({ method }) => method === 'post');
    if (!form) break;
    page = expectPage(await browser.send(page, form, fillIn(form, page, person, random, world)));
  }
  if (course === 'leaves_unfinished') return course;
  throw new Error(`A simulated employer did not find the way to the end, but ended at "${headingOf(page)}"`);
}

/** "I'm not the right person": with a reason, or by naming a colleague. */
async function turnDown(
  browser: Browser,
  start: Page,
  person: Invited,
  course: 'declines' | 'refers',
  random: SeededRandom,
): Promise<boolean> {
  const link = findLink(start, /\/decline(\?|$)/);
  if (!link) return false;
  const page = expectPage(await browser.open(new URL(link.href, start.url).href));
  if (course === 'declines') {
    const [form] = formsOf(page);
    expectPage(await browser.send(page, form!, { reason: random.pick(DECLINE_WAYS) }));
    return true;
  }
  const other = findLink(page, /\/colleague(\?|$)/);
  if (!other) return false;
  const asking = expectPage(await browser.open(new URL(other.href, page.url).href));
  const colleague = sampleColleague(person.address, random);
  const [form] = formsOf(asking);
  const sent = await browser.send(asking, form!, {
    name: colleague.name,
    email: colleague.email,
    job: colleague.title,
  });
  // A colleague who cannot be asked now (already asked, or the firm was asked enough) is refused in words.
  return sent.status === 200;
}

/** What this person puts into the form in front of them, found by the names of its fields. */
function fillIn(
  form: HtmlForm,
  page: Page,
  person: Invited,
  random: SeededRandom,
  { dispute, seed }: World,
): Record<string, string> {
  const filled: Record<string, string> = {};
  const has = (name: string) => form.controls.some((control) => control.name === name);
  if (has('incentive'))
    return opinionFields(form, dispute.opinion(headingOf(page), person.address, random), random);
  if (has('response')) {
    const accepts = random.chance(JOINS_COMMITTEE);
    filled.response = accepts ? 'accepted' : 'declined';
    if (!accepts) filled.reason = random.pick(MEETING_REFUSALS);
    return filled;
  }
  for (const control of form.controls) {
    if (control.type !== 'radio') continue;
    filled[control.name] = chooseRadio(control, person, random, seed);
  }
  if (has('name')) filled.name = textOf(form, 'name') || nameIn(person.address);
  if (has('job')) filled.job = textOf(form, 'job') || 'Manager';
  return filled;
}

function opinionFields(form: HtmlForm, opinion: Opinion, random: SeededRandom): Record<string, string> {
  if (!opinion.familiar) return { not_familiar: 'yes' };
  const filled: Record<string, string> = { incentive: opinion.incentive, preference: opinion.preference };
  for (const control of form.controls) {
    if (control.type !== 'radio' || control.name in filled) continue;
    // The optional questions: some people answer them.
    if (random.chance(0.4)) filled[control.name] = random.pick(control.values);
  }
  return filled;
}

function chooseRadio(control: FormControl, person: Invited, random: SeededRandom, seed: string): string {
  if (control.initial) return control.initial;
  if (control.name === 'connected') return isConnected(seed, firmOf(person.address)) ? 'yes' : 'no';
  if (control.name === 'hiring') return random.chance(0.75) ? 'yes' : 'no';
  if (control.name.startsWith('issuer_')) {
    const relation = chooseRelation(random);
    return control.values.includes(relation) ? relation : 'none';
  }
  return random.pick(control.values);
}

type Dispute = { opinion(credential: string, address: string, random: SeededRandom): Opinion };

/** How many employers of one mind the disputed credential gets: one short of Wyoming's ten. */
const AGREED = 9;
const YES: Opinion = { familiar: true, incentive: 'yes', preference: 'yes' };
const NO: Opinion = { familiar: true, incentive: 'no', preference: 'no' };

/**
 * One credential of the sample shows what an unsettled disagreement does: nine employers say yes to both, and the two
 * people of a tenth contradict each other, so that a person must decide before it counts.
 */
function createDispute(
  disputed: RegExp,
  twoOfOneFirm: readonly [string, string] | null,
  seed: string,
): Dispute {
  const byFirm = new Map<string, Opinion>();
  return {
    opinion(credential, address, random) {
      const opinion = formOpinion(credential, random);
      if (!disputed.test(credential) || isConnected(seed, firmOf(address))) return opinion;
      if (address === twoOfOneFirm?.[0]) return YES;
      if (address === twoOfOneFirm?.[1]) return NO;
      // Other colleagues are of one mind, so that only one disagreement stands in the way.
      const firm = firmOf(address);
      const before = byFirm.get(firm);
      if (before) return before;
      const agreed = [...byFirm.values()].filter((one) => one === YES).length;
      const own = agreed < AGREED ? YES : isYes(opinion) ? NO : opinion;
      byFirm.set(firm, own);
      return own;
    },
  };
}

function isYes(opinion: Opinion): boolean {
  return opinion.familiar && opinion.incentive === 'yes' && opinion.preference === 'yes';
}

/** Two people of one employer who are both asked about the credential and will both answer. */
function findTwoOfOneFirm(
  invited: readonly Invited[],
  seed: string,
  disputed: RegExp,
): [string, string] | null {
  const firsts = new Map<string, string>();
  const addresses = invited
    .filter(
      ({ mail, address }) =>
        disputed.test(mail) && courseOf(seed, address) === 'answers' && !isConnected(seed, firmOf(address)),
    )
    .map(({ address }) => address)
    .sort();
  for (const address of addresses) {
    const first = firsts.get(firmOf(address));
    if (first) return [first, address];
    firsts.set(firmOf(address), address);
  }
  return null;
}

function firmOf(address: string): string {
  return address.slice(address.indexOf('@') + 1);
}

/** Whether an employer has something to do with an issuer; its people say the same. */
function isConnected(seed: string, firm: string): boolean {
  return seededRandom(`${seed}:${firm}:connected`).chance(CONNECTED);
}

function courseOf(seed: string, address: string): Course {
  return chooseCourse(seededRandom(`${seed}:${address}`));
}

function expectPage(page: Page): Page {
  if (page.status < 400) return page;
  throw new Error(`A simulated employer was answered ${page.status} at "${headingOf(page)}"`);
}

function textOf(form: HtmlForm, name: string): string {
  return form.controls.find((control) => control.name === name)?.initial ?? '';
}

function addressIn(header: string): string {
  return (/<([^>]+)>/.exec(header)?.[1] ?? header).trim().toLowerCase();
}

function nameIn(address: string): string {
  return address
    .slice(0, address.indexOf('@'))
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
}

async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
