import type { Change, Choice, Fault, History, Operation } from './history.ts';
import type { Delivery } from './sink.ts';

/**
 * Says what a history broke of what must always hold. It knows nothing of the code under test: the rules stand here
 * once more, in other words, so that a mistake in one is not a mistake in both.
 */
export function checkHistory(history: History, options: CheckOptions = {}): Verdict {
  const violations: string[] = [];
  const figures = {
    messages: history.messages.length,
    sent: 0,
    unsent: 0,
    uncertain: 0,
    deliveries: history.deliveries.length,
    doubles: 0,
    answers: 0,
    undecided: 0,
    reads: 0,
    stops: 0,
  };
  checkMessages(history, options, figures, violations);
  checkDoubles(history, options, figures, violations);
  checkAnswers(history, figures, violations);
  checkStops(history, figures, violations);
  checkBudgets(history, options.budget ?? BUDGET, violations);
  return { violations, figures };
}

export type Budget = {
  invitationsPerPerson: number;
  touchesPerPerson: number;
  personDays: number;
  peoplePerEmployer: number;
  peopleDays: number;
  touchesPerEmployer: number;
  employerDays: number;
};

/** The rule in words: one new invitation and three touches in 30 days; three new people in 90, six touches in 30. */
const BUDGET: Budget = {
  invitationsPerPerson: 1,
  touchesPerPerson: 3,
  personDays: 30,
  peoplePerEmployer: 3,
  peopleDays: 90,
  touchesPerEmployer: 6,
  employerDays: 30,
};

export type CheckOptions = {
  budget?: Budget;
  /** States a message may end in besides those of mail that left or was refused by a rule. */
  mayEnd?: readonly string[];
  /** Faults that make the database forget notes it did not wait for on disk. */
  forgets?: readonly string[];
  /** Repeats of these were wanted: a person allowed them. */
  allowed?: (messageId: string) => boolean;
};

export type Figures = Record<
  | 'messages'
  | 'sent'
  | 'unsent'
  | 'uncertain'
  | 'deliveries'
  | 'doubles'
  | 'answers'
  | 'undecided'
  | 'reads'
  | 'stops',
  number
>;
export type Verdict = { violations: string[]; figures: Figures };

const LEFT = ['sent', 'delivered', 'bounced', 'complained'];
const KEPT_BACK = ['suppressed', 'expired', 'cancelled'];

/** Every message ends, and what the database says of it is what the mail server saw. */
function checkMessages(
  { messages, deliveries, changes }: History,
  { mayEnd = [] }: CheckOptions,
  figures: Figures,
  violations: string[],
): void {
  const took = groupBy(deliveries, (delivery) => delivery.messageId);
  const known = new Map(messages.map((message) => [message.messageId, message]));
  for (const message of messages) {
    const { id, state } = message;
    const mails = took.get(message.messageId) ?? [];
    if (LEFT.includes(state)) {
      figures.sent += 1;
      if (mails.length === 0) violations.push(`message ${id} is ${state}, and no mail server took it`);
    } else if (KEPT_BACK.includes(state)) {
      figures.unsent += 1;
      if (mails.length > 0) violations.push(`message ${id} is ${state} (${message.reason}), and it left`);
    } else if (state === 'uncertain') {
      figures.uncertain += 1;
    } else if (mayEnd.includes(state)) {
      figures.unsent += 1;
    } else {
      violations.push(`message ${id} is still ${state}`);
    }
    for (const { to } of mails) {
      if (to !== message.email) violations.push(`message ${id} went to somebody else`);
    }
  }
  for (const { messageId, to } of deliveries) {
    if (!known.has(messageId)) violations.push(`${to} got a mail that no row knows: ${messageId}`);
  }
  for (const [messageRow, own] of groupBy(changes, (change) => change.messageRow)) {
    for (const change of own) {
      if (LEFT.includes(change.from) && !LEFT.includes(change.to))
        violations.push(`message ${messageRow} went from ${change.from} back to ${change.to}`);
    }
  }
}

/** A mail comes twice only when nothing had said yet that it left, and somebody was cut off in between. */
function checkDoubles(
  { messages, deliveries, changes, faults }: History,
  { forgets = [], allowed = () => false }: CheckOptions,
  figures: Figures,
  violations: string[],
): void {
  const rowOf = new Map(messages.map(({ messageId, id }) => [messageId, id]));
  const changesOf = groupBy(changes, (change) => change.messageRow);
  for (const [messageId, mails] of groupBy(deliveries, (delivery) => delivery.messageId)) {
    figures.doubles += mails.length - 1;
    if (mails.length === 1 || allowed(messageId)) continue;
    mails.sort((a, b) => a.startedAt - b.startedAt);
    const own = changesOf.get(rowOf.get(messageId) ?? 0) ?? [];
    // Each mail has a hand-over of its own, noted before it left, unless the database lost the note in a crash.
    const handOvers = own.filter((change) => change.handedOver).length;
    if (handOvers < mails.length && !faults.some((fault) => forgets.includes(fault.what)))
      violations.push(`${messageId} left ${mails.length} times and was handed over ${handOvers} times`);
    checkOneDouble(messageId, mails, own, faults, violations);
  }
}

function checkOneDouble(
  messageId: string,
  mails: readonly Delivery[],
  own: readonly Change[],
  faults: readonly Fault[],
  violations: string[],
): void {
  const sent = own.find((change) => LEFT.includes(change.to));
  const handedAfter = sent && own.slice(own.indexOf(sent) + 1).some((change) => change.handedOver);
  if (handedAfter) violations.push(`${messageId} was handed over after it was known to have left`);
  for (const [i, mail] of mails.entries()) {
    const before = mails[i - 1];
    if (before && !faults.some(({ at }) => at >= before.startedAt - LOOK_BACK_MS && at <= mail.acceptedAt))
      violations.push(`${messageId} came twice though nothing was wrong in between`);
  }
}

/** A fault that began a little earlier may still hold up the answer to a mail. */
const LOOK_BACK_MS = 60_000;

/**
 * Each link is a register that one person writes, one write after the other. What stands in the end is the last write
 * that was acknowledged, or one after it of which nobody knows whether it arrived.
 */
function checkAnswers({ operations, standing }: History, figures: Figures, violations: string[]): void {
  const stands = new Map(standing.map(({ key, choice }) => [key, choice]));
  for (const [key, own] of groupBy(
    operations.filter(({ kind }) => kind !== 'stop'),
    (operation) => operation.key,
  )) {
    let possible: (Choice | null)[] = [null];
    let acknowledged = false;
    for (const operation of own) {
      if (operation.outcome === 'refused') violations.push(`${short(key)} was refused: ${operation.because}`);
      if (operation.kind === 'read') {
        figures.reads += 1;
        if (operation.outcome === 'ok' && acknowledged && operation.seen === false)
          violations.push(
            `${short(key)}: an acknowledged answer was not to be seen at server ${operation.server}`,
          );
      } else if (operation.outcome === 'ok') {
        figures.answers += 1;
        acknowledged = true;
        possible = [operation.choice!];
      } else if (operation.outcome === 'info') {
        figures.undecided += 1;
        possible.push(operation.choice!);
      }
    }
    const found = stands.get(key) ?? null;
    if (!possible.some((choice) => same(choice, found))) {
      violations.push(
        `${short(key)}: ${JSON.stringify(found)} stands, and what was acknowledged is ${JSON.stringify(possible)}`,
      );
    }
  }
}

/** Whoever was told that the mails stop is handed no further touch. */
function checkStops(
  { operations, messages, changes }: History,
  figures: Figures,
  violations: string[],
): void {
  const stoppedAt = new Map<string, number>();
  for (const { kind, outcome, key, endedAt, because } of operations) {
    if (kind !== 'stop') continue;
    if (outcome === 'refused') violations.push(`a stop of contact ${key} was refused: ${because}`);
    if (outcome !== 'ok') continue;
    figures.stops += 1;
    stoppedAt.set(key, Math.min(endedAt, stoppedAt.get(key) ?? Number.POSITIVE_INFINITY));
  }
  const touches = new Map(
    messages.filter(({ outreach }) => outreach).map((message) => [message.id, message]),
  );
  for (const { messageRow, handedOver, at } of changes) {
    const contact = touches.get(messageRow)?.contactId;
    const since = contact === undefined ? undefined : stoppedAt.get(String(contact));
    if (handedOver && since !== undefined && at > since)
      violations.push(`contact ${contact} said stop and was handed message ${messageRow} later`);
  }
}

/** Counted at the mail server: what reached people, each mail once however often it came. */
function checkBudgets({ deliveries, messages }: History, budget: Budget, violations: string[]): void {
  const rowOf = new Map(messages.map((message) => [message.messageId, message]));
  const first = new Map<string, number>();
  for (const { messageId, acceptedAt } of deliveries)
    first.set(messageId, Math.min(acceptedAt, first.get(messageId) ?? Number.POSITIVE_INFINITY));
  const touches = [...first].flatMap(([messageId, at]) => {
    const row = rowOf.get(messageId);
    return row?.outreach
      ? [{ at, person: row.contactId, employer: row.employerId, isNew: row.step === 0 }]
      : [];
  });
  const most = (who: string, what: string, list: readonly { at: number }[], days: number, limit: number) => {
    const times = list.map(({ at }) => at).sort((a, b) => a - b);
    const tooMany = times.some((at, i) => i >= limit && at - times[i - limit]! < days * 86_400_000);
    if (tooMany) violations.push(`${who} has more than ${limit} ${what} in ${days} days`);
  };
  for (const [person, own] of groupBy(touches, (touch) => touch.person)) {
    const who = `contact ${person}`;
    most(who, 'touches', own, budget.personDays, budget.touchesPerPerson);
    const isNew = own.filter((touch) => touch.isNew);
    most(who, 'invitations', isNew, budget.personDays, budget.invitationsPerPerson);
  }
  for (const [employer, own] of groupBy(touches, (touch) => touch.employer)) {
    const who = `employer ${employer}`;
    most(who, 'touches', own, budget.employerDays, budget.touchesPerEmployer);
    const people = [
      ...groupBy(
        own.filter((touch) => touch.isNew),
        (touch) => touch.person,
      ).values(),
    ].map(([earliest]) => earliest!);
    most(who, 'people newly invited', people, budget.peopleDays, budget.peoplePerEmployer);
  }
}

function same(a: Choice | null, b: Choice | null): boolean {
  return a === b || (a?.incentive === b?.incentive && a?.preference === b?.preference);
}

const short = (key: Operation['key']) => `link ${key.slice(0, 6)}…`;

function groupBy<T, K>(list: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
