import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkHistory, type Figures } from './check-history.ts';
import { closeFaultWorlds, type FaultWorld, startFaultWorld } from './fault-world.ts';
import { countFaults, report } from './figures.ts';
import type { History } from './history.ts';
import { launch, makeAsking, makePeople } from './people.ts';
import type { SinkFault } from './sink.ts';

// A mail server that hangs is given up after two thirds of the lease.
const LEASE_SECONDS = 3;

let world: FaultWorld;
let asking: Awaited<ReturnType<typeof makeAsking>>;
beforeAll(async () => {
  world = await startFaultWorld({ workers: 1, leaseSeconds: LEASE_SECONDS });
  asking = await makeAsking(world.deps, 'workforce');
}, 300_000);
afterAll(closeFaultWorlds, 120_000);

/** The part of the history that is about these people. */
async function historyOf(emails: ReadonlySet<string>, since: number): Promise<History> {
  const whole = await world.history();
  const messages = whole.messages.filter(({ email }) => emails.has(email));
  const rows = new Set(messages.map(({ id }) => id));
  return {
    ...whole,
    faults: whole.faults.filter(({ at }) => at >= since),
    messages,
    deliveries: whole.deliveries.filter(({ to }) => emails.has(to)),
    changes: whole.changes.filter(({ messageRow }) => rows.has(messageRow)),
  };
}

/** What becomes of one recipient at whom the mail server misbehaves once. */
type Case = { fault: SinkFault; ends: 'sent' | 'failed'; twice?: boolean };

const REPLIES: Case[] = [
  { fault: { stage: 'rcpt', does: 'reply', reply: '550 5.1.1 no such user' }, ends: 'failed' },
  { fault: { stage: 'rcpt', does: 'reply', reply: '450 4.2.1 busy', times: 1 }, ends: 'sent' },
  { fault: { stage: 'rcpt', does: 'reply', reply: '421 4.7.0 slow down', times: 1 }, ends: 'sent' },
  { fault: { stage: 'data', does: 'reply', reply: '554 5.5.1 no' }, ends: 'failed' },
  { fault: { stage: 'data', does: 'reply', reply: '451 4.3.0 later', times: 1 }, ends: 'sent' },
  { fault: { stage: 'message', does: 'reply', reply: '552 5.2.2 too large' }, ends: 'failed' },
  { fault: { stage: 'message', does: 'reply', reply: '452 4.3.1 full', times: 1 }, ends: 'sent' },
  { fault: { stage: 'message', does: 'reply', reply: '421 4.7.0 slow down', times: 1 }, ends: 'sent' },
];
/** The connection is the matter: everything else waits as well. */
const CUTS: Case[] = (['rcpt', 'data', 'body', 'message'] as const).flatMap((stage) =>
  (['hang', 'drop'] as const).map(
    (does): Case => ({ fault: { stage, does, times: 1 }, ends: 'sent', twice: stage === 'message' }),
  ),
);
const CONNECTIONS: SinkFault[] = (['greeting', 'ehlo', 'auth', 'mail'] as const).flatMap(
  (stage): SinkFault[] => [
    { stage, does: 'hang', times: 1 },
    { stage, does: 'drop', times: 2 },
    { stage, does: 'reply', reply: '421 4.3.2 closing', times: 2 },
    { stage, does: 'reply', reply: '451 4.3.0 later', times: 2 },
    { stage, does: 'reply', reply: '554 5.7.0 go away', times: 2 },
  ],
);

test('a mail server that refuses, puts off, hangs, drops and dawdles at every stage', async () => {
  const from = performance.now();
  const since = Date.now();
  const cases = [...REPLIES, ...CUTS];
  const people = await makePeople(world.deps, Array(cases.length * 4).fill(1));
  const met = cases.map((each, i) => ({ ...each, to: people[i * 4]!.email }));
  for (const _ of [...met, ...CONNECTIONS]) world.note('mail server misbehaved');
  await world.order([...met.map(({ fault, to }) => ({ ...fault, to })), ...CONNECTIONS]);
  await launch(world.deps, asking, people);
  await world.hastened(120_000);
  expect(await world.order([])).toEqual({ unused: 0 });

  const history = await historyOf(new Set(people.map(({ email }) => email)), since);
  const { violations, figures } = checkHistory(history, { mayEnd: ['failed'] });
  expect(violations).toEqual([]);
  const stateOf = new Map(history.messages.map(({ email, state, reason }) => [email, { state, reason }]));
  for (const { fault, to, ends, twice } of met) {
    const about = `${fault.stage} ${fault.does}: ${stateOf.get(to)?.reason}`;
    expect([about, stateOf.get(to)?.state]).toEqual([about, ends]);
    const came = history.deliveries.filter((delivery) => delivery.to === to).length;
    expect([about, came]).toEqual([about, ends === 'failed' ? 0 : twice ? 2 : 1]);
  }
  reportIt('mail server misbehaves at every stage', history, figures, from);
});

test('a mail server that takes a tenth of a second for each word', async () => {
  const from = performance.now();
  const since = Date.now();
  const people = await makePeople(world.deps, Array(200).fill(1));
  const stages = ['greeting', 'ehlo', 'auth', 'mail', 'rcpt', 'data', 'message'] as const;
  await world.order(stages.map((stage) => ({ stage, does: 'slow', ms: 100 })));
  world.note('mail server slow');
  await launch(world.deps, asking, people);
  await world.deps.queue.enqueue('outreach.send-due', {});
  await world.hastened(60_000);
  await world.order([]);
  const history = await historyOf(new Set(people.map(({ email }) => email)), since);
  const { violations, figures } = checkHistory(history);
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ sent: people.length, doubles: 0 });
  reportIt('slow mail server', history, figures, from);
});

test('a worker killed at each word of the conversation', async () => {
  const from = performance.now();
  const since = Date.now();
  const everybody = new Set<string>();
  const repeated: string[] = [];
  for (const stage of ['greeting', 'mail', 'rcpt', 'data', 'message'] as const) {
    const people = await makePeople(world.deps, Array(20).fill(1));
    for (const { email } of people) everybody.add(email);
    // A connection that is open already hears no greeting.
    if (stage === 'greeting') await world.killWorker(0);
    await world.order([{ stage, does: 'hold', times: 1 }]);
    const held = world.held();
    await launch(world.deps, asking, people);
    await world.hint();
    await held;
    await world.killWorker(0);
    await world.order([]);
    world.letGo();
    await world.hastened(60_000);
    const { deliveries } = await historyOf(new Set(people.map(({ email }) => email)), since);
    if (deliveries.length > people.length) repeated.push(stage);
  }
  const history = await historyOf(everybody, since);
  const { violations, figures } = checkHistory(history);
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ sent: everybody.size, uncertain: 0 });
  // Whatever the worker had in hand besides may come twice at any stage; what was taken and not answered must.
  expect(repeated).toContain('message');
  reportIt('worker killed at each word', history, figures, from);
});

function reportIt(scenario: string, history: History, figures: Figures, from: number): void {
  const seconds = (performance.now() - from) / 1_000;
  report({ scenario, faults: countFaults(history.faults), seconds, figures });
}
