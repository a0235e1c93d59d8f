import { randomUUID } from 'node:crypto';
import { isDatabaseUnavailable } from '../db/client.ts';
import { isClockOff } from '../db/clock-check.ts';
import type { Deps } from '../deps.ts';
import { type OutgoingMail, SendError } from '../mail/types.ts';
import { type ClaimedMessage, claimMessages } from './claim-messages.ts';
import { cancelClaims, type HandedMessage, handOver, releaseClaims } from './hand-over.ts';
import { type LoadedMail, loadMails } from './load-mails.ts';
import { createResultRecorder, type ResultRecorder } from './record-results.ts';
import { isDomainDeferral } from './rules.ts';
import { raiseSendEpoch } from './sending-lock.ts';

type SendDeps = Pick<
  Deps,
  'db' | 'clock' | 'config' | 'secrets' | 'mailer' | 'log' | 'askObservers' | 'messageContents'
>;

export type SendOptions = {
  /** Only this wave's messages, besides those that answer a person's own act. */
  waveId?: number;
  /** Ends early, leaving nothing claimed. */
  signal?: AbortSignal;
  /** Begins no further batch after that many milliseconds. */
  forMs?: number;
  /** Called once, when more is due than the first batch took. */
  onMore?(): void;
};

export type SendOutcome = {
  sent: number;
  failed: number;
  retried: number;
  uncertain: number;
  /** Due messages that were ended instead of sent. */
  refused: number;
  /** `unavailable`: the mail server takes nothing now; everything waits unharmed. `time_up`: more is due. */
  ended: 'all_sent' | 'unavailable' | 'time_up';
  /** Why nothing could be sent. */
  code?: string;
};

const BATCH = 200;

type Batch = { messages: ClaimedMessage[]; mails: Map<number, LoadedMail>; exhausted: boolean };

/**
 * Sends what is due until nothing is: claim a batch, read its contents, hand over as many at a time as there are
 * connections, and write down what became of them while the next leave. Safe to run in any number of processes.
 */
export async function sendDueMessages(deps: SendDeps, options: SendOptions = {}): Promise<SendOutcome> {
  const claimedBy = randomUUID();
  const lane = createLane(deps, claimedBy, options.signal);
  const startedAt = performance.now();
  const isOver = () =>
    options.signal?.aborted === true || performance.now() - startedAt > (options.forMs ?? Infinity);
  let refused = 0;
  let ended: SendOutcome['ended'] = 'all_sent';
  /** Claimed and not handed over yet. */
  let claimed: ClaimedMessage[] = [];
  let upcoming: Promise<Batch> | null = null;

  /** A courtesy to the next sender: where the database is away, the leases end by themselves. */
  const giveBack = (messageIds: readonly number[]) =>
    releaseClaims(deps, claimedBy, messageIds).catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) throw error;
    });
  const nothing: Batch = { messages: [], mails: new Map(), exhausted: true };
  const fetchBatch = async (): Promise<Batch> => {
    if ((await raiseSendEpoch(deps)).locked || (await isClockOff(deps))) return nothing;
    const claim = await claimMessages(deps, { limit: BATCH, claimedBy, waveId: options.waveId });
    // A copy of the database from before this batch knows nothing of it: the epoch tells the two apart. A claim that
    // met such a copy has it locked for everybody.
    const mustTell = claim.messages.length > 0 || claim.locked === true;
    if (mustTell && (await raiseSendEpoch(deps, { atOnce: true })).locked) {
      await releaseClaims(
        deps,
        claimedBy,
        claim.messages.map((message) => message.id),
      );
      return nothing;
    }
    const mails = await loadMails(deps, claim.messages);
    const empty = claim.messages.filter((message) => !mails.has(message.id));
    await cancelClaims(deps, claimedBy, empty);
    refused += Object.values(claim.refused).reduce((sum, count) => sum + count, empty.length);
    return {
      messages: claim.messages.flatMap((message) => {
        const mail = mails.get(message.id);
        return mail ? [{ ...message, askIds: mail.askIds }] : [];
      }),
      mails,
      exhausted: claim.exhausted,
    };
  };

  try {
    for (let keptBack = false, batches = 0; ; ) {
      if (lane.blocked()) break;
      if (isOver()) {
        ended = 'time_up';
        break;
      }
      const batch: Batch = await (upcoming ?? fetchBatch());
      upcoming = null;
      if (batch.exhausted) {
        // What was kept back since that claim is due again, and the next claim says why it may not go.
        if (!keptBack) break;
        keptBack = false;
        continue;
      }
      claimed = batch.messages;
      if (claimed.length > 0) batches += 1;
      if (batches === 2) options.onMore?.();
      // The next batch is claimed and read while this one goes out.
      upcoming = fetchBatch();
      upcoming.catch(() => undefined);
      while (claimed.length > 0 && !lane.blocked() && options.signal?.aborted !== true) {
        await lane.room();
        const chunk = claimed.slice(0, lane.chunk);
        const handed = await handOver(deps, claimedBy, chunk);
        claimed = claimed.slice(chunk.length);
        for (const message of handed) lane.send(message, batch.mails.get(message.id)!.make);
        const back = missing(chunk, handed);
        keptBack ||= back.length > 0;
        await releaseClaims(deps, claimedBy, back);
      }
    }
  } finally {
    await lane.idle();
    try {
      // Also when something failed: what left is written down before anybody takes the job over.
      await lane.settled();
    } finally {
      const unused = await upcoming?.catch(() => null);
      await giveBack([...claimed, ...(unused?.messages ?? [])].map((message) => message.id));
    }
  }
  const { sent, failed, retried, uncertain } = await lane.settled();
  // A copy made before this moment does not know all that left.
  if (sent + failed + retried + uncertain > 0) await raiseSendEpoch(deps, { atOnce: true });
  const blocked = lane.blocked();
  return {
    sent,
    failed,
    retried,
    uncertain,
    refused,
    ended: blocked ? 'unavailable' : ended,
    ...(blocked && { code: blocked.code }),
  };
}

function missing(chunk: readonly ClaimedMessage[], handed: readonly HandedMessage[]): number[] {
  const gone = new Set(handed.map((message) => message.id));
  return chunk.flatMap((message) => (gone.has(message.id) ? [] : [message.id]));
}

type Lane = {
  /** How many messages are handed over at a time. */
  chunk: number;
  send(message: HandedMessage, mail: () => OutgoingMail): void;
  /** Resolves when the next chunk may be handed over. */
  room(): Promise<void>;
  /** Resolves when nothing is with the mail server. */
  idle(): Promise<void>;
  /** Resolves when every result is written. */
  settled(): ReturnType<ResultRecorder['settled']>;
  /** The failure that says that nothing can be sent now. */
  blocked(): SendError | null;
};

/**
 * Messages that were handed over and are not yet written down, for each connection: all that a sender which dies can
 * make go out twice. Fewer would let the database hold up the mail.
 */
const UNSETTLED_PER_CONNECTION = 6;

/** Handed over, and written down, that many for each connection at a time: each is a round trip to the database. */
const CHUNK_PER_CONNECTION = 2;

/**
 * A message that could not begin to go out in this share of its lease is given back: the rest is the mail server's
 * time to answer (deps.ts), so that nobody takes a message over that is still on its way.
 */
const SHARE_OF_LEASE_TO_START = 1 / 3;

/** The messages under way: with the server, and as many waiting behind them, so that no connection runs dry. */
function createLane(deps: SendDeps, claimedBy: string, signal: AbortSignal | undefined): Lane {
  const width = deps.config.smtpConnections;
  const chunk = width * CHUNK_PER_CONNECTION;
  const domainWidth = deps.config.domainConnections ?? width;
  let sending = 0;
  /** Of these, how many the mail server has; the others wait for a connection. */
  let withServer = 0;
  const toDomain = new Map<string, number>();
  let unsettled = 0;
  let blocked: SendError | null = null;
  /** Domains that put a message off just now: what is claimed for them already goes back. */
  const held = new Set<string>();
  let waiting: { isOver(): boolean; resolve(): void }[] = [];

  const changed = () => {
    waiting = waiting.filter(({ isOver, resolve }) => {
      if (!isOver()) return true;
      resolve();
      return false;
    });
  };
  const until = (isOver: () => boolean) =>
    isOver()
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          waiting.push({ isOver, resolve });
        });
  const takeTurn = (domain: string) => {
    const others = toDomain.get(domain) ?? 0;
    if (withServer >= width || others >= domainWidth) return false;
    withServer += 1;
    toDomain.set(domain, others + 1);
    return true;
  };
  const endTurn = (domain: string) => {
    withServer -= 1;
    const others = toDomain.get(domain)! - 1;
    if (others > 0) toDomain.set(domain, others);
    else toDomain.delete(domain);
  };
  const recorder = createResultRecorder(deps, claimedBy, {
    enough: chunk,
    signal,
    onWritten: (written) => {
      unsettled -= written;
      changed();
    },
  });

  const startWithinMs = deps.config.sendLeaseSeconds * 1000 * SHARE_OF_LEASE_TO_START;
  const deliver = async (message: HandedMessage, mail: () => OutgoingMail, handedAt: number) => {
    await until(() => takeTurn(message.domain));
    try {
      const late = performance.now() - handedAt > startWithinMs;
      if (blocked || late || held.has(message.domain)) {
        const code = blocked?.code ?? (late ? 'lease_too_short' : 'domain_held');
        recorder.failed(message, { failure: 'unavailable', code, inDoubt: false });
        return;
      }
      const { providerId } = await deps.mailer.send(mail());
      recorder.sent(message, providerId);
    } catch (error) {
      if (!(error instanceof SendError)) {
        deps.log.error({ err: error, messageRow: message.id }, 'a message could not be made');
        recorder.failed(message, { failure: 'refused', code: 'not_made', inDoubt: false });
        return;
      }
      if (error.failure === 'unavailable') blocked ??= error;
      else deps.log.info({ messageRow: message.id, code: error.code }, `mail ${error.failure}`);
      if (error.failure === 'deferred' && isDomainDeferral(error.code)) held.add(message.domain);
      recorder.failed(message, error);
    } finally {
      endTurn(message.domain);
    }
  };

  return {
    chunk,
    send(message, mail) {
      sending += 1;
      unsettled += 1;
      void deliver(message, mail, performance.now()).finally(() => {
        sending -= 1;
        changed();
      });
    },
    room: () => until(() => sending <= chunk && unsettled <= width * UNSETTLED_PER_CONNECTION - chunk),
    idle: () => until(() => sending === 0),
    settled: recorder.settled,
    blocked: () => blocked,
  };
}
