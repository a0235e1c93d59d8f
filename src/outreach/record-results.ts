import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { isDatabaseUnavailable, isTransactionConflict, type Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { classifyBounce } from '../mail/inbound/classify-bounce.ts';
import { guardWave } from './guard-wave.ts';
import type { HandedMessage } from './hand-over.ts';
import type { SentAsk } from './observers.ts';
import { holdDomains } from './receiving-domains.ts';
import { type AfterFailure, decideAfterFailure, type HandoverFailure, isDomainDeferral } from './rules.ts';
import { suppressHash } from './suppress-address.ts';

type Result = {
  message: HandedMessage;
  at: Date;
  providerId: string | null;
  failure: HandoverFailure | null;
};

export type Tally = { sent: number; failed: number; retried: number; uncertain: number };

export type ResultRecorder = {
  sent(message: HandedMessage, providerId: string | undefined): void;
  failed(message: HandedMessage, failure: HandoverFailure): void;
  /** Resolves when everything that was recorded is committed; rejects when that could not be done. */
  settled(): Promise<Tally>;
};

type RecordDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'log' | 'askObservers'>;

/** Results wait this long for others to be written with, or until there are enough of them. */
const FLUSH_MS = 60;
/**
 * A database that is away is waited for: what is known here and not written goes out twice, and nothing else can be
 * done meanwhile, since no further message may leave. Longer than a restart or a failover takes; whoever waits longer
 * keeps its place in the queue for nothing, since the lease is over and another sender may be faster anyway.
 */
const PATIENCE_MS = 5 * 60_000;
/** One who is told to stop waits for this share of the time that the process has, and says what it lost. */
const PATIENCE_SHARE_OF_STOP = 1 / 3;
/** Every batch is tried once, however late it is. */
const LEAST_TRY_MS = 1_000;
/** A connection that was cut may never answer; another try on another one may. */
const MOST_TRY_MS = 10_000;
const MOST_PAUSE_MS = 2_000;

/**
 * Writes what became of handed messages, several at once but soon: whatever is not yet written when a worker dies
 * is sent again. A result counts while nobody has handed the message over since, even when the lease ran out.
 */
export function createResultRecorder(
  deps: RecordDeps,
  claimedBy: string,
  options: { enough: number; signal?: AbortSignal | undefined; onWritten?: (count: number) => void },
): ResultRecorder {
  const patience = createPatience(deps, options.signal);
  const tally: Tally = { sent: 0, failed: 0, retried: 0, uncertain: 0 };
  let pending: Result[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | null = null;
  let failure: unknown;
  let isEnding = false;

  /** Writes what has come, and then what came meanwhile, in as few transactions as the database sets the pace for. */
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (writing || pending.length === 0) return;
    const batch = pending;
    pending = [];
    writing = patience
      .until(batch.length, () => deps.db.transaction((tx) => writeResults(tx, deps, claimedBy, batch)))
      .then(async (written) => {
        for (const key of Object.keys(written) as (keyof Tally)[]) tally[key] += written[key];
        if (written.failed > 0) await guardWaves(deps, batch);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        writing = null;
        options.onWritten?.(batch.length);
        if (pending.length >= options.enough || isEnding) flush();
        else if (pending.length > 0) timer ??= setTimeout(flush, FLUSH_MS);
      });
  };
  const add = (result: Result) => {
    pending.push(result);
    if (pending.length >= options.enough) flush();
    else timer ??= setTimeout(flush, FLUSH_MS);
  };

  return {
    sent: (message, providerId) =>
      add({ message, at: deps.clock.now(), providerId: providerId ?? null, failure: null }),
    failed: (message, reason) => add({ message, at: deps.clock.now(), providerId: null, failure: reason }),
    async settled() {
      isEnding = true;
      flush();
      while (writing) await writing;
      patience.end();
      if (failure) throw failure;
      return tally;
    },
  };
}

type Patience = {
  /** Writes so many results, again and again while the database is away; each try is safe to repeat. */
  until<T>(count: number, write: () => Promise<T>): Promise<T>;
  end(): void;
};

/**
 * How long results wait for the database, all batches of a sender together: the outage counts from the first write
 * that did not get through. It is told once when it begins and once more, with how many, when they are given up.
 */
function createPatience({ config, log }: Pick<Deps, 'config' | 'log'>, signal?: AbortSignal): Patience {
  let since: number | null = null;
  let stopAt = Infinity;
  let told = false;
  let lost = 0;
  const onStop = () => {
    stopAt = performance.now() + config.stopSeconds * 1_000 * PATIENCE_SHARE_OF_STOP;
  };
  if (signal?.aborted) onStop();
  else signal?.addEventListener('abort', onStop, { once: true });
  const left = () => Math.min((since ?? performance.now()) + PATIENCE_MS, stopAt) - performance.now();

  async function until<T>(count: number, write: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      since ??= performance.now();
      try {
        const written = await withinLast(
          () => Math.min(MOST_TRY_MS, Math.max(LEAST_TRY_MS, left())),
          write(),
          signal,
        );
        since = null;
        return written;
      } catch (error) {
        const passes = isDatabaseUnavailable(error) || isTransactionConflict(error);
        if (!passes && !(error instanceof OutOfPatience)) throw error;
        if (left() <= 0) {
          lost += count;
          throw error;
        }
        if (!told && !isTransactionConflict(error)) {
          told = true;
          log.warn(
            { err: error },
            'what was sent cannot be written down yet; the sender waits for the database',
          );
        }
        const pause = signal?.aborted ? 100 : Math.min(MOST_PAUSE_MS, 100 * 2 ** attempt);
        await wait(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  return {
    until,
    end() {
      signal?.removeEventListener('abort', onStop);
      if (lost === 0) return;
      log.error(
        { messages: lost },
        'the database stayed away: what became of these messages is not written down, and they may go out again with the same Message-ID',
      );
      lost = 0;
    },
  };
}

class OutOfPatience extends Error {
  override name = 'OutOfPatience';
}

/** The promise, or a rejection when the time is over; it is measured anew when the process is told to stop. */
function withinLast<T>(left: () => number, promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const measure = () => {
      clearTimeout(timer);
      timer = setTimeout(() => reject(new OutOfPatience('the database does not answer')), left());
    };
    measure();
    signal?.addEventListener('abort', measure);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', measure);
    });
  });
}

/** Nothing but refusals says that something is wrong with the wave, or with us. */
async function guardWaves(deps: RecordDeps, batch: readonly Result[]): Promise<void> {
  const waves = new Set(batch.flatMap(({ failure, message }) => (failure ? (message.waveId ?? []) : [])));
  for (const waveId of waves) {
    await guardWave(deps, waveId).catch((error: unknown) => {
      deps.log.warn({ err: error, waveId }, 'a wave could not be looked at');
    });
  }
}

async function writeResults(
  tx: Tx,
  { askObservers }: Pick<Deps, 'askObservers'>,
  claimedBy: string,
  batch: readonly Result[],
): Promise<Tally> {
  const sent = batch.filter((result) => result.failure === null);
  const invitations = await markSent(tx, claimedBy, sent);
  const failures = batch.flatMap((result) =>
    result.failure
      ? [{ ...result, after: decideAfterFailure(result.failure, result.message, result.at) }]
      : [],
  );
  const refused = await markFailures(tx, claimedBy, failures);
  await heedReplies(tx, failures);
  // A refused message left us all the same: its asks were made and did not arrive.
  const asked = await markAsked(tx, [...invitations, ...refused]);
  if (asked.length > 0) await askObservers.asksSent(tx, asked);
  const undelivered = await markUndelivered(tx, refused);
  if (undelivered.length > 0) await askObservers.asksUndelivered(tx, undelivered);
  const count = (state: AfterFailure['state']) =>
    failures.filter(({ after }) => after.state === state).length;
  return {
    sent: sent.length,
    failed: count('failed'),
    retried: count('planned'),
    uncertain: count('uncertain'),
  };
}

/** A dead address is dead at the first word of the mail server too, and a domain in trouble is left alone for a while. */
async function heedReplies(tx: Tx, failures: readonly (Result & { after: AfterFailure })[]): Promise<void> {
  for (const { message, failure, after, at } of failures) {
    if (after.state !== 'failed' || failure?.failure !== 'refused') continue;
    const status = failure.code.split(' ')[1] ?? null;
    if (classifyBounce({ action: 'failed', status }) !== 'dead_address') continue;
    await suppressHash(tx, message.addressHash, 'bounced', at);
  }
  await holdDomains(
    tx,
    failures.flatMap(({ message, failure, at }) =>
      failure?.failure === 'deferred' && isDomainDeferral(failure.code)
        ? [{ domain: message.domain, code: failure.code, at }]
        : [],
    ),
  );
}

/** `ask_ids`: what its mail named; unknown where that was not noted, and then all that it would have named. */
type Reached = { invitation_id: number; at: string; ask_ids?: readonly number[] | undefined };

/** Returns the invitations whose outreach has now left. */
async function markSent(tx: Tx, claimedBy: string, results: readonly Result[]): Promise<Reached[]> {
  if (results.length === 0) return [];
  const rows = results.map(({ message, at, providerId }) => ({
    id: message.id,
    attempts: message.attempts,
    sent_at: at.toISOString(),
    provider_id: providerId,
  }));
  const named = new Map(results.map(({ message }) => [message.id, message.askIds]));
  const updated = await tx.execute<{ id: number; invitation_id: number | null; at: Date }>(sql`
    update messages m set state = 'sent', sent_at = r.sent_at, finished_at = r.sent_at, provider_id = r.provider_id,
      claimed_by = null, lease_until = null, reason = null, attempts = r.attempts
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as r(id bigint, attempts int, sent_at timestamptz, provider_id text)
    where m.id = r.id and (
      m.attempts = r.attempts and m.state in ('claimed', 'planned', 'uncertain')
      -- The note of the hand-over was lost in a crash of the database.
      or m.attempts = r.attempts - 1 and m.state = 'claimed' and m.claimed_by = ${claimedBy}::uuid)
    returning m.id, case when m.stream = 'outreach' then m.invitation_id end as invitation_id, m.sent_at as at`);
  return updated.flatMap(({ id, invitation_id, at }) =>
    invitation_id === null
      ? []
      : [
          {
            invitation_id: Number(invitation_id),
            at: at.toISOString(),
            ask_ids: named.get(Number(id)),
          },
        ],
  );
}

/** Returns the invitations whose message was refused for good. */
async function markFailures(
  tx: Tx,
  claimedBy: string,
  failures: readonly (Result & { after: AfterFailure })[],
): Promise<Reached[]> {
  if (failures.length === 0) return [];
  const rows = failures.map(({ message, at, after, failure }) => ({
    id: message.id,
    attempts: message.attempts,
    state: after.state,
    reason: after.reason,
    at: at.toISOString(),
    send_after: after.state === 'planned' ? (after.sendAfter?.toISOString() ?? null) : null,
    uncounted: after.state === 'planned' && !after.countAttempt ? 1 : 0,
    stayed: after.state === 'planned' && !failure?.inDoubt ? 1 : 0,
  }));
  const named = new Map(failures.map(({ message }) => [message.id, message.askIds]));
  const updated = await tx.execute<{ id: number; invitation_id: number | null; at: Date }>(sql`
    update messages m set state = r.state, reason = r.reason, claimed_by = null, lease_until = null,
      send_after = coalesce(r.send_after, m.send_after), attempts = r.attempts - r.uncounted,
      -- Kept where it may have left all the same.
      handed_at = case when r.stayed = 1 then null else m.handed_at end,
      finished_at = case when r.state = 'planned' then null else r.at end
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as r(id bigint, attempts int, state text, reason text, at timestamptz, send_after timestamptz, uncounted int,
        stayed int)
    where m.id = r.id and m.attempts in (r.attempts, r.attempts - 1) and m.state = 'claimed'
      and m.claimed_by = ${claimedBy}::uuid
    returning m.id, case when m.stream = 'outreach' and m.state = 'failed' then m.invitation_id end as invitation_id,
      r.at`);
  return updated.flatMap(({ id, invitation_id, at }) =>
    invitation_id === null
      ? []
      : [
          {
            invitation_id: Number(invitation_id),
            at: at.toISOString(),
            ask_ids: named.get(Number(id)),
          },
        ],
  );
}

type AskedRow = {
  id: number;
  contact_id: number;
  employer_id: number;
  credential_id: number | null;
  meeting_id: number | null;
  asked_at: Date;
};

/** An answer may come before this is written: the time is set then, and the state left. */
export async function markAsked(tx: Tx, reached: readonly Reached[]): Promise<SentAsk[]> {
  const named = reached.flatMap(({ ask_ids, at }) => (ask_ids ?? []).map((id) => ({ id, at })));
  const unnamed = reached.filter(({ ask_ids }) => ask_ids === undefined);
  const rows: AskedRow[] = [];
  if (named.length > 0) {
    // By their own key: whoever planned for a handful of rows reads no more than these, however large the table is.
    const found = await tx.execute<AskedRow>(sql`
      update asks a set ${ASKED}
      from json_to_recordset(${JSON.stringify(named)}::text::json) as r(id bigint, at timestamptz)
      where a.id = r.id and a.asked_at is null
      ${ASKED_ROW}`);
    rows.push(...found);
  }
  if (unnamed.length > 0) {
    const found = await tx.execute<AskedRow>(sql`
      update asks a set ${ASKED}
      from json_to_recordset(${JSON.stringify(unnamed)}::text::json) as r(invitation_id bigint, at timestamptz)
      where a.invitation_id = r.invitation_id and a.asked_at is null and a.dropped_for is null
      ${ASKED_ROW}`);
    rows.push(...found);
  }
  return rows.map(toSentAsk);
}

const ASKED = sql.raw(
  `asked_at = r.at, state = case when a.state in ('planned', 'cancelled') then 'asked' else a.state end`,
);
const ASKED_ROW = sql.raw(
  'returning a.id, a.contact_id, a.employer_id, a.credential_id, a.meeting_id, a.asked_at',
);

async function markUndelivered(tx: Tx, reached: readonly Reached[]): Promise<SentAsk[]> {
  if (reached.length === 0) return [];
  const rows = await tx.execute<AskedRow>(sql`
    update asks a set undelivered_at = r.at
    from json_to_recordset(${JSON.stringify(reached)}::text::json) as r(invitation_id bigint, at timestamptz)
    where a.invitation_id = r.invitation_id and a.undelivered_at is null and a.asked_at is not null
      -- A reminder that is refused does not undo the invitation that arrived.
      and not exists (
        select 1 from messages m where m.invitation_id = a.invitation_id and m.stream = 'outreach' and m.sent_at is not null)
    returning a.id, a.contact_id, a.employer_id, a.credential_id, a.meeting_id, a.asked_at`);
  return rows.map(toSentAsk);
}

function toSentAsk(row: AskedRow): SentAsk {
  return {
    askId: Number(row.id),
    contactId: Number(row.contact_id),
    employerId: Number(row.employer_id),
    credentialId: row.credential_id === null ? null : Number(row.credential_id),
    meetingId: row.meeting_id === null ? null : Number(row.meeting_id),
    askedAt: row.asked_at,
  };
}
