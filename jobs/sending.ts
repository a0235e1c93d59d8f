import type { Deps } from '../src/deps.ts';
import { type SendOutcome, sendDueMessages } from '../src/outreach/send-due-messages.ts';
import type { JobOutcome } from './outcome.ts';

/** A job that holds its worker longer lets others wait; it comes back at once for the rest. */
const SLICE_MS = 20_000;
/** Longer each time, up to the last. */
const UNAVAILABLE_WAITS_MS = [5_000, 10_000, 20_000, 30_000];
/** More senders than this do not make one database faster. */
const MOST_SENDERS = 32;

/** What this process knows of its mail server: one sender at a time, and one ERROR for one outage. */
type Sending = { active: boolean; asked: boolean; unavailableSince: Date | null; outages: number };
const sendings = new WeakMap<Deps['mailer'], Sending>();

function sendingOf({ mailer }: Pick<Deps, 'mailer'>): Sending {
  const known = sendings.get(mailer);
  if (known) return known;
  const sending = { active: false, asked: false, unavailableSince: null, outages: 0 };
  sendings.set(mailer, sending);
  return sending;
}

/** Whether this process sends already. */
export function isSending(deps: Pick<Deps, 'mailer'>): boolean {
  return sendingOf(deps).active;
}

/**
 * Sends what is due, as sender number `senderId`; where that is more than a batch it calls the next sender, in whichever
 * process is free. A second hint that comes meanwhile makes this one look once more instead of starting another.
 */
export async function sendInSlices(
  deps: Deps,
  input: { waveId?: number; senderId: number },
  signal: AbortSignal,
): Promise<JobOutcome> {
  const sending = sendingOf(deps);
  if (sending.active) {
    sending.asked = true;
    return { outcome: 'done' };
  }
  sending.active = true;
  let { waveId } = input;
  const senderId = input.senderId + 1;
  const onMore = () => {
    if (senderId <= MOST_SENDERS) void deps.queue.enqueue('outreach.join-sending', { senderId });
  };
  try {
    for (;;) {
      sending.asked = false;
      const outcome = await sendDueMessages(deps, { waveId, signal, forMs: SLICE_MS, onMore });
      report(deps, sending, outcome);
      if (outcome.ended !== 'all_sent' || !sending.asked || signal.aborted)
        return next(deps, sending, outcome, signal);
      // Whoever asked may have meant another wave.
      waveId = undefined;
    }
  } finally {
    sending.active = false;
  }
}

function next(
  deps: Pick<Deps, 'clock'>,
  { outages }: Sending,
  { ended }: SendOutcome,
  signal: AbortSignal,
): JobOutcome {
  if (ended === 'all_sent' || signal.aborted) return { outcome: 'done' };
  const wait = UNAVAILABLE_WAITS_MS[outages - 1] ?? UNAVAILABLE_WAITS_MS.at(-1)!;
  return {
    outcome: 'snooze',
    until: new Date(deps.clock.now().getTime() + (ended === 'unavailable' ? wait : 0)),
  };
}

function report(deps: Pick<Deps, 'log' | 'clock'>, sending: Sending, outcome: SendOutcome): void {
  const { ended, code, ...counts } = outcome;
  if (outcome.sent > 0 && sending.unavailableSince !== null) {
    deps.log.info({ since: sending.unavailableSince }, 'the mail server takes mail again');
    sending.unavailableSince = null;
    sending.outages = 0;
  }
  if (ended === 'unavailable') {
    sending.outages += 1;
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
  if (outcome.uncertain > 0) {
    deps.log.error(counts, 'messages were handed over several times without an answer; a person must look');
  } else if (outcome.sent + outcome.failed + outcome.retried + outcome.refused > 0) {
    deps.log.info(counts, 'sent what was due');
  }
}
