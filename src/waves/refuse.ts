import { DomainError, type DomainErrorCode } from '../lib/errors.ts';
import type { Staff } from './create-wave.ts';
import type { WaveRow } from './queries.ts';
import {
  type ActionRefusal,
  canDo,
  type DraftFacts,
  nextStep,
  protocolFaults,
  type WaveAction,
} from './rules.ts';
import type { WaveAudience, WaveProtocol, WaveTopics } from './types.ts';

const CODES: Record<ActionRefusal, DomainErrorCode> = {
  too_early: 'wave_too_early',
  wrong_state: 'already_done',
  role: 'forbidden',
  same_person: 'needs_second_person',
};

/** Throws the refusal of an action that the rules do not allow. */
export function refuseUnless(
  action: WaveAction,
  wave: Pick<WaveRow, 'state' | 'proposedBy'>,
  staff: Staff,
): void {
  const decision = canDo(action, wave, staff);
  if (decision.ok) return;
  const isPastEditing = action === 'edit' && decision.reason === 'wrong_state';
  throw new DomainError(isPastEditing ? 'wave_not_draft' : CODES[decision.reason]);
}

/** A draft that has every step and dates that still work; otherwise the refusal says what is missing. */
export function requireReady(
  draft: DraftFacts,
  now: Date,
): { audience: WaveAudience; topics: WaveTopics; protocol: WaveProtocol } {
  const { audience, topics, protocol } = draft;
  if (nextStep(draft) !== null || audience === null || protocol === null) {
    throw new DomainError('wave_not_ready');
  }
  if (protocolFaults(protocol, now).length > 0) throw new DomainError('wave_dates_passed');
  return { audience, topics, protocol };
}
