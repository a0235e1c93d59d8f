import type { Deps } from '../deps.ts';
import type { Language } from '../employers/types.ts';
import { findInstrumentVersion, getInstrumentVersions } from '../surveys/queries.ts';
import { type AnswerError, type AnswerInput, checkAnswer, isQuick } from '../surveys/rules.ts';
import type { KnownNames } from './known-names.ts';
import type { RespondStep } from './paths.ts';
import { saveDraft } from './queries.ts';
import { nextStep, type Progress, stepsOf } from './rules.ts';
import { answerDraft, type PageDraft } from './types.ts';

/** An answer came sooner than a person reads; staff see it, and it is kept all the same (E8). */
export const QUICK_FLAG = 'quick_page';
/** It came without ever having been shown; the sending looks at it, and what was said then waits for a person. */
export const UNSEEN_FLAG = 'unseen_page';

type SaveDeps = Pick<Deps, 'db' | 'sql' | 'clock'> & { names: KnownNames };

export type SaveOutcome =
  | { saved: true; next: RespondStep }
  /** `errors` is empty when the page no longer fits the invitation or the invitation takes nothing: look again. */
  | { saved: false; errors: AnswerError[] };

/**
 * Saves what one credential's page sent into the draft. Believes nothing of the form: the ask must be one of the
 * invitation's own, the wording that ask's, and the invitation must take answers, all in the one statement that saves.
 */
export async function saveCredential(
  deps: SaveDeps,
  input: {
    tokenHash: Buffer;
    step: RespondStep;
    askId: number;
    instrumentVersionId: number;
    answer: AnswerInput;
    shownAt: Date | null;
    language: Language | null;
  },
): Promise<SaveOutcome> {
  const now = deps.clock.now();
  const instrument = await findInstrumentVersion(deps.db, input.instrumentVersionId);
  if (!instrument) return { saved: false, errors: [] };
  const checked = checkAnswer(instrument.body, input.answer);
  if (!checked.ok) return { saved: false, errors: checked.errors };
  const progress = await saveDraft(deps.sql, deps.names, {
    tokenHash: input.tokenHash,
    patch: answerDraft(input.askId, checked.answer),
    ask: { id: input.askId, instrumentVersionId: instrument.id },
    language: input.language,
    flag: input.shownAt === null ? UNSEEN_FLAG : isQuick(input.shownAt, now) ? QUICK_FLAG : null,
    now,
  });
  return savedThen(deps, progress, input.step);
}

/** Saves a page that was already checked against the invitation's facts: who answers, the relations, a meeting. */
export async function savePage(
  deps: SaveDeps,
  input: {
    tokenHash: Buffer;
    step: RespondStep;
    patch: PageDraft;
    language: Language | null;
  },
): Promise<SaveOutcome> {
  const progress = await saveDraft(deps.sql, deps.names, {
    ...input,
    ask: null,
    flag: null,
    now: deps.clock.now(),
  });
  return savedThen(deps, progress, input.step);
}

/** Where a saved page leads; nowhere when nothing was saved. */
async function savedThen(
  deps: Pick<Deps, 'db'>,
  progress: Progress | null,
  step: RespondStep,
): Promise<SaveOutcome> {
  if (!progress) return { saved: false, errors: [] };
  const asked = progress.credentials.map(({ instrumentVersionId }) => instrumentVersionId);
  const wordings = await getInstrumentVersions(deps.db, asked);
  return { saved: true, next: nextStep(stepsOf(progress, wordings), step) };
}
