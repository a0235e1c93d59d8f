import { afterAll, beforeAll, expect, test } from 'vitest';
import { unsubscribeToken } from '../../src/outreach/create-touches.ts';
import { checkHistory } from './check-history.ts';
import { createEmployers } from './employers.ts';
import { closeFaultWorlds, type FaultWorld, startFaultWorld } from './fault-world.ts';
import { countFaults, report } from './figures.ts';
import { launch, makeAsking, makePeople } from './people.ts';

/** People who get a mail; more are planned, and budgets or their own stop forbid them. */
const MESSAGES = Number(process.env.FAULT_MESSAGES ?? 10_000);
const WORKERS = 4;
const SERVERS = 2;

let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld({ workers: WORKERS, servers: SERVERS });
}, 300_000);
afterAll(closeFaultWorlds, 120_000);

test(`a wave of ${MESSAGES} under kill -9 of everything, with answers coming in`, {
  timeout: 900_000,
}, async () => {
  const { deps } = world;
  const from = performance.now();
  const asking = await makeAsking(deps, 'workforce');
  const rival = await makeAsking(deps, 'colleges');
  // A tenth work at firms of four, of whom three may be invited; a twentieth are asked by both agencies at once.
  const fours = Math.round(MESSAGES / 30);
  const crowded = await makePeople(deps, Array(fours).fill(4));
  const singles = await makePeople(deps, Array(MESSAGES - fours * 3).fill(1));
  const contested = singles.slice(0, Math.round(MESSAGES / 20));
  await launch(deps, asking, [...crowded, ...singles]);
  await launch(deps, rival, contested);

  const employers = createEmployers(world.serverUrls, (operation) => world.operations.push(operation), {
    abreast: 8,
  });
  world.onDelivery(({ link }) => {
    if (link) employers.invite(link);
  });
  // The last of the list say stop before their mail comes.
  for (const { contactId } of singles.slice(-Math.round(MESSAGES / 100)))
    employers.stop(contactId, unsubscribeToken(deps, contactId));
  await deps.queue.enqueue('outreach.send-due', {});

  const blows: (() => Promise<void>)[] = [
    () => world.killWorker(0),
    () => world.killServer(0),
    () => world.killPostgres(),
    () => world.killWorker(1),
    () => world.killRedis(),
    () => world.killServer(1),
    () => world.killSink(),
    () => world.flushRedis(),
    () => world.killWorker(2),
    () => world.killBackend(),
    () => world.killServer(0),
    () => world.killRedis(),
    () => world.killWorker(3),
    () => world.killPostgres(),
    () => world.killSink(),
    () => world.killWorker(0),
  ];
  for (const [i, blow] of blows.entries()) {
    await world.untilTaken(Math.round((MESSAGES * 0.95 * (i + 1)) / (blows.length + 1)));
    await blow();
  }
  await world.settled(180_000);
  await employers.done();
  // The last answers have queued their receipts.
  await world.settled(60_000);

  const history = await world.history();
  const { violations, figures } = checkHistory(history, {
    forgets: ['PostgreSQL killed', 'PostgreSQL backend killed'],
  });
  expect(violations).toEqual([]);
  const seconds = (performance.now() - from) / 1_000;
  report({ scenario: 'kill -9 of everything', faults: countFaults(history.faults), seconds, figures });

  // Each person got one invitation, whichever agency was first, and of four colleagues three did.
  const invited = new Set(
    history.messages
      .filter(({ state, outreach }) => outreach && state === 'sent')
      .map(({ contactId }) => contactId),
  );
  const kept = history.messages.filter(({ state }) => state === 'suppressed').length;
  expect(invited.size).toBe(MESSAGES - kept);
  // All workers sent, and both servers took answers.
  const senders = new Map<string, number>();
  for (const { user } of history.deliveries) senders.set(user, (senders.get(user) ?? 0) + 1);
  // A wave of a few batches is over before the last worker is called.
  if (MESSAGES >= 2_000) expect([...senders.keys()].sort()).toEqual(world.workerNames);
  const servers = new Set(
    history.operations.filter(({ outcome }) => outcome === 'ok').map(({ server }) => server),
  );
  expect(servers.size).toBe(SERVERS);
});
