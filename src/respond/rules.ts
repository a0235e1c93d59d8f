import { LAUNCHED_WAVE_STATES } from '../outreach/types.ts';
import { isComplete } from '../surveys/rules.ts';
import type { InstrumentBody } from '../surveys/types.ts';
import type { RespondStep } from './paths.ts';
import type { Access, CredentialAsk, CredentialFacts, Draft, RespondFacts } from './types.ts';

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
  credentials: readonly { askId: number; issuerId: number }[];
  meetings: readonly { askId: number }[];
};

export type Step = { step: RespondStep; done: boolean };

/** The pages of this invitation in order, without the start and what follows the check, each with whether it is done. */
export function stepsOf(progress: Progress, instrument: Pick<InstrumentBody, 'questions'>): Step[] {
  const { draft, credentials, meetings } = progress;
  const steps: Step[] = [{ step: 'about', done: draft.about !== undefined }];
  if (credentials.length > 0 && draft.about?.connected) {
    steps.push({
      step: 'connection',
      done: credentials.every(({ issuerId }) => draft[`issuer:${issuerId}`] !== undefined),
    });
  }
  for (const [index, { askId }] of credentials.entries()) {
    steps.push({ step: `c/${index + 1}`, done: isComplete(instrument, draft[`ask:${askId}`]) });
  }
  for (const [index, { askId }] of meetings.entries()) {
    steps.push({ step: `m/${index + 1}`, done: draft[`meeting:${askId}`] !== undefined });
  }
  return steps;
}

/** After a page was saved: back to the check once everything is answered, else the page that follows. */
export function nextStep(steps: readonly Step[], after: RespondStep): RespondStep {
  if (steps.every(({ done }) => done)) return 'check';
  const at = steps.findIndex(({ step }) => step === after);
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

/** True when something was saved after the last sending. */
export function hasUnsentChanges(facts: Pick<RespondFacts, 'draft' | 'draftVersion'>): boolean {
  return facts.draftVersion !== (facts.draft.sent ?? 0);
}

/** The issuers of the credentials asked about, each once. */
export function issuersOf(credentials: readonly CredentialAsk[]): { id: number; name: string }[] {
  return [
    ...new Map(
      credentials.map(({ issuerId, issuer }) => [issuerId, { id: issuerId, name: issuer }]),
    ).values(),
  ];
}
