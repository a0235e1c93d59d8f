import { invariant } from '../lib/errors.ts';
import { textKey } from '../lib/text-key.ts';
import { LAUNCHED_WAVE_STATES } from '../outreach/types.ts';
import { isComplete } from '../surveys/rules.ts';
import type { InstrumentBody } from '../surveys/types.ts';
import type { RespondStep } from './paths.ts';
import type { Access, Asker, CredentialAsk, CredentialFacts, Draft, RespondFacts } from './types.ts';

type AccessFacts = Pick<CredentialFacts, 'state' | 'waveState' | 'closeAt' | 'graceUntil' | 'expiresAt'>;

/**
 * Whether an invitation takes anything now. Who has begun or answered before the close may finish, change and withdraw
 * until the end of the grace; a first answer is taken until the close. `openNow` in queries.ts is the same rule in SQL.
 */
export function accessOf(facts: AccessFacts, now: Date): Access {
  if (facts.waveState === 'cancelled') return 'cancelled';
  if (facts.state === 'referred') return 'referred';
  const begun = facts.state === 'started' || facts.state === 'answered';
  const until = begun ? facts.graceUntil : facts.closeAt;
  const open =
    LAUNCHED_WAVE_STATES.some((state) => state === facts.waveState) &&
    (begun || facts.waveState !== 'closed') &&
    facts.state !== 'expired' &&
    now < facts.expiresAt &&
    now < until;
  return open ? 'open' : 'closed';
}

/** The asks and the draft: what the next page is decided by. */
export type Progress = {
  draft: Draft;
  credentials: readonly { askId: number; issuerId: number; instrumentVersionId: number }[];
  meetings: readonly { askId: number }[];
  /** Asks that are over while others of the same link go on: nothing is left to do on their pages. */
  over?: { has(askId: number): boolean };
};

/** The versions by which the asks of an invitation are worded, by id. */
export type Wordings = ReadonlyMap<number, { body: Pick<InstrumentBody, 'questions'> }>;

export type Step = { step: RespondStep; done: boolean };

/** The pages of this invitation in order, without the start and what follows the check, each with whether it is done. */
export function stepsOf(progress: Progress, wordings: Wordings): Step[] {
  const { draft, credentials, meetings, over } = progress;
  const steps: Step[] = [{ step: 'about', done: draft.about !== undefined }];
  if (draft.about?.other) steps.push({ step: 'you', done: draft.identity !== undefined });
  if (credentials.length > 0 && draft.about?.connected) {
    steps.push({
      step: 'connection',
      done: credentials.every(({ issuerId }) => draft[`issuer:${issuerId}`] !== undefined),
    });
  }
  for (const [index, { askId, instrumentVersionId }] of credentials.entries()) {
    const wording = wordings.get(instrumentVersionId);
    invariant(wording, `the wording of ask ${askId} is known`);
    if (over?.has(askId)) continue;
    steps.push({ step: `c/${index + 1}`, done: isComplete(wording.body, draft[`ask:${askId}`]) });
  }
  for (const [index, { askId }] of meetings.entries()) {
    if (over?.has(askId)) continue;
    steps.push({ step: `m/${index + 1}`, done: draft[`meeting:${askId}`] !== undefined });
  }
  return steps;
}

/** After a page was saved: back to the check once everything is answered, else the page that follows. */
export function nextStep(steps: readonly Step[], after: RespondStep): RespondStep {
  if (steps.every(({ done }) => done)) return 'check';
  const at = steps.findIndex(({ step }) => step === after);
  // What was asked before it has ended meanwhile, and the pages behind moved up.
  if (at < 0) return resumeStep(steps);
  return steps[at + 1]?.step ?? 'check';
}

/** Where someone who comes back carries on: the first page without an answer. */
export function resumeStep(steps: readonly Step[]): RespondStep {
  return steps.find(({ done }) => !done)?.step ?? 'check';
}

export function previousStep(steps: readonly Step[], before: RespondStep): RespondStep | undefined {
  if (before === 'check') return steps.at(-1)?.step;
  const at = steps.findIndex(({ step }) => step === before);
  return at > 0 ? steps[at - 1]!.step : undefined;
}

/**
 * Whether a name is another person's than the one we wrote to: neither holds the other, and they do not share the last
 * word with the first letter. A name that we do not know is nobody else's.
 */
export function isSomebodyElse(invited: string, given: string): boolean {
  const [a, b] = [invited, given].map((name) => textKey(name).split(' ').filter(Boolean)) as [
    string[],
    string[],
  ];
  if (a.length === 0 || b.length === 0) return false;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.every((word) => long.includes(word))) return false;
  return a.at(-1) !== b.at(-1) || a[0]![0] !== b[0]![0];
}

/** True when something was saved after the last sending. */
export function hasUnsentChanges(facts: Pick<RespondFacts, 'draft' | 'draftVersion'>): boolean {
  return facts.draftVersion !== (facts.draft.sent ?? 0);
}

/** Who asks what is over, though the link takes answers to what other waves ask by it. */
export function endedAskers(facts: AccessFacts & Pick<RespondFacts, 'askers'>, now: Date): Asker[] {
  if (accessOf(facts, now) !== 'open') return [];
  return facts.askers.filter(
    ({ waveState, closeAt, graceUntil }) =>
      accessOf({ ...facts, waveState, closeAt, graceUntil }, now) !== 'open',
  );
}

/** Names of the agencies that ask by this link, in the order of what they ask. */
export function askersOf(facts: Pick<RespondFacts, 'askers' | 'agency'>): string[] {
  const names = [...new Map(facts.askers.map(({ agencyId, name }) => [agencyId, name])).values()];
  return names.length === 0 ? [facts.agency.name] : names;
}

/** Until when all that this link asks is taken: the first of its waves to close, by which its mail was worded. */
export function answerUntil(facts: Pick<RespondFacts, 'askers' | 'closeAt'>): Date {
  return new Date(Math.min(facts.closeAt.getTime(), ...facts.askers.map(({ closeAt }) => closeAt.getTime())));
}

/** The issuers of the credentials asked about, each once. */
export function issuersOf(credentials: readonly CredentialAsk[]): { id: number; name: string }[] {
  return [
    ...new Map(
      credentials.map(({ issuerId, issuer }) => [issuerId, { id: issuerId, name: issuer }]),
    ).values(),
  ];
}
