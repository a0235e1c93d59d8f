import type { Deps } from '../../src/deps.ts';
import { type SendOutcome, sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import type { Handler, JobOutcome } from '../outcome.ts';

/** A job that holds its worker longer lets others wait; it comes back at once for the rest. */
const SLICE_MS = 20_000;
const UNAVAILABLE_WAIT_MS = 30_000;

/** What this process knows of its mail server: one sender at a time, and one ERROR for one outage. */
type Sending = { active: boolean; asked: boolean; unavailableSince: Date | null };
const sendings = new WeakMap<Deps['mailer'], Sending>();

/** Sends what is due. A second hint that comes meanwhile makes the sender look once more instead of starting another. */
export const handle: Handler<'outreach.send-due'> = async (deps, { waveId }, signal) => {
  const sending = sendings.get(deps.mailer) ?? { active: false, asked: false, unavailableSince: null };
  sendings.set(deps.mailer, sending);
  if (sending.active) {
    sending.asked = true;
    return { outcome: 'done' };
  }
  sending.active = true;
  try {
    for (;;) {
      sending.asked = false;
      const outcome = await sendDueMessages(deps, { waveId, signal, forMs: SLICE_MS });
      report(deps, sending, outcome);
      if (outcome.ended !== 'all_sent' || !sending.asked || signal.aborted)
        return next(deps, outcome, signal);
      // Whoever asked may have meant another wave.
      waveId = undefined;
    }
  } finally {
    sending.active = false;
  }
};

function next(deps: Pick<Deps, 'clock'>, { ended }: SendOutcome, signal: AbortSignal): JobOutcome {
  if (ended === 'all_sent' || signal.aborted) return { outcome: 'done' };
  const wait = ended === 'unavailable' ? UNAVAILABLE_WAIT_MS : 0;
  return { outcome: 'snooze', until: new Date(deps.clock.now().getTime() + wait) };
}

function report(deps: Pick<Deps, 'log' | 'clock'>, sending: Sending, outcome: SendOutcome): void {
  const { ended, code, ...counts } = outcome;
  if (ended === 'unavailable') {
    if (sending.unavailableSince === null) {
      sending.unavailableSince = deps.clock.now();
      deps.log.error(
        { code, ...counts },
        'the mail server takes no mail; everything due waits and is tried again',
      );
    } else {
      deps.log.warn({ code, since: sending.unavailableSince }, 'the mail server still takes no mail');
    }
    return;
  }
  if (outcome.sent > 0 && sending.unavailableSince !== null) {
    deps.log.info({ since: sending.unavailableSince }, 'the mail server takes mail again');
    sending.unavailableSince = null;
  }
  if (outcome.uncertain > 0) {
    deps.log.error(counts, 'messages were handed over several times without an answer; a person must look');
  } else if (outcome.sent + outcome.failed + outcome.retried + outcome.refused > 0) {
    deps.log.info(counts, 'sent what was due');
  }
}
