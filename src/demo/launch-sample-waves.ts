import type { Deps } from '../deps.ts';
import type { audienceFilter } from '../employers/audience.ts';
import { invariant } from '../lib/errors.ts';
import { ROUND_THE_CLOCK } from '../outreach/planner/calendar.ts';
import { createWave, type Staff } from '../waves/create-wave.ts';
import { launchWave } from '../waves/launch-wave.ts';
import { proposeWave } from '../waves/propose-wave.ts';
import { saveDraftStep } from '../waves/save-draft-step.ts';
import { PROTOCOL_DEFAULTS, type WaveProtocol, type WaveTopics, waveAudience } from '../waves/types.ts';
import { ASKED_SECTORS, type SampleState } from './load-sample-state.ts';
import { countAsks, countDeferred, countInvitationMails } from './queries.ts';

const DAY_MS = 86_400_000;

export type SampleWave = { waveIds: number[]; asks: number; touches: number; deferred: number };

/**
 * The two agencies ask, one after the other: the colleges a few hospitals and clinics, then the schools everybody whom
 * their credentials concern. Whom the first has just asked the second must wait for: one contact budget holds for both.
 * The second is planned when the mails of the first have left: a plan looks at who was asked already, so the figures
 * would else hang on how far the worker was.
 */
export async function launchSampleWaves(
  deps: Deps,
  state: SampleState,
  untilSent: (waveId: number) => Promise<void>,
): Promise<SampleWave> {
  const { k12, workforce } = state;
  const firstWaveId = await launchOne(deps, {
    name: 'Health credentials for adults',
    editor: workforce.editor,
    approver: workforce.approver,
    audience: { naicsPrefixes: ['62'], cities: ['BILLINGS'] },
    topics: { credentialIds: state.adultCredentialIds, meetingIds: [] },
  });
  await untilSent(firstWaveId);
  const waveId = await launchOne(deps, {
    name: 'Trades, health and hospitality',
    editor: k12.editor,
    approver: k12.approver,
    audience: { naicsPrefixes: [...ASKED_SECTORS] },
    topics: { credentialIds: state.credentialIds, meetingIds: [state.meetingId] },
  });
  const waveIds = [firstWaveId, waveId];
  return {
    waveIds,
    asks: await countAsks(deps.db, waveIds),
    touches: (await countInvitationMails(deps.db, waveIds)).touches,
    deferred: await countDeferred(deps.db, waveIds),
  };
}

async function launchOne(
  deps: Deps,
  input: {
    name: string;
    editor: Staff;
    approver: Staff;
    audience: Partial<ReturnType<typeof audienceFilter.parse>>;
    topics: WaveTopics;
  },
): Promise<number> {
  const { editor, approver } = input;
  const { id: waveId } = await createWave(deps, { staff: editor, name: input.name });
  const change = (step: Parameters<typeof saveDraftStep>[1]['change']) =>
    saveDraftStep(deps, { staff: editor, waveId, version: null, change: step });
  await change({ step: 'audience', audience: waveAudience.parse(input.audience) });
  await change({ step: 'topics', topics: input.topics });
  await change({ step: 'protocol', protocol: sendNow(deps.clock.now()) });
  await proposeWave(deps, { staff: editor, waveId });
  const launched = await launchWave(deps, { staff: approver, waveId, seen: null });
  invariant(launched, 'the sample wave is launched once');
  return waveId;
}

/**
 * A protocol that sends at once, at any hour and day: an explicit choice of the demo, so that it need not wait for
 * Tuesday nor turn the clock. Waves made in the console keep business hours unless somebody says otherwise.
 */
function sendNow(now: Date): WaveProtocol {
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);
  return {
    ...PROTOCOL_DEFAULTS,
    sendFrom: now,
    sendUntil: inDays(1),
    remindAt: [inDays(8)],
    closeAt: inDays(21),
    maxAsksPerTouch: 5,
    calendar: ROUND_THE_CLOCK,
    pace: 'at_once',
    dailyCapacity: 10_000,
    invitePerMeeting: 30,
  };
}
