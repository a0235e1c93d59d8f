import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import { closeFaultWorlds, type FaultWorld, startFaultWorld } from './fault-world.ts';
import { countFaults, report } from './figures.ts';
import { launch, makeAsking, makePeople } from './people.ts';
import { shiftClock } from './processes.ts';

const HOUR_MS = 3_600_000;
const IS_OFF = 'the clocks of this machine and the database differ';
const AGREES = 'the clocks of this machine and the database agree again';

let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld({ workers: 2 });
}, 300_000);
afterAll(closeFaultWorlds, 120_000);

test('clocks that jump forward and back send nothing early, end nothing too soon and take nothing from a sender at work', async () => {
  const from = performance.now();
  const { deps } = world;
  const asking = await makeAsking(deps, 'workforce');
  const people = await makePeople(deps, Array(1_400).fill(1));
  const soon = new Date(Date.now() + HOUR_MS);
  const isLater = (i: number) => i % 7 === 0;
  const move = async (index: number, shiftMs: number) => {
    world.note(shiftMs === 0 ? 'clock set right' : 'clock jumped');
    await shiftClock(world.worker(index), shiftMs);
  };

  // Both are wrong from the start: nothing may happen until one is right.
  await move(0, 2 * HOUR_MS);
  await move(1, -26 * HOUR_MS);
  await launch(deps, asking, people, { sendAfter: (i) => (isLater(i) ? soon : new Date()), forHours: 1 });
  await world.hint();
  await world.hint();
  await Promise.all([world.worker(0).said(IS_OFF), world.worker(1).said(IS_OFF)]);
  expect(world.taken()).toBe(0);

  await move(1, 0);
  await world.hint();
  await world.untilTaken(300);
  await move(0, 0);
  await world.hint();
  await world.untilTaken(500);
  // In the middle of the wave, one after the other.
  await move(0, 3 * HOUR_MS);
  await world.untilTaken(800);
  await move(1, -3 * HOUR_MS);
  await move(0, 0);
  await world.hint();
  await world.worker(0).said(AGREES);
  await world.untilTaken(1_000);
  await move(1, 0);
  await world.until(
    async ({ sql }) => {
      await world.hint();
      return sql<{ state: string; n: number }[]>`
        select state, count(*)::int as n from messages where send_after < now() group by 1`;
    },
    (rows) => rows.every(({ state }) => state === 'sent'),
    60_000,
  );

  const history = await world.history();
  const { violations, figures } = checkHistory(history, { mayEnd: ['planned'] });
  expect(violations).toEqual([]);
  const later = new Set(people.filter((_, i) => isLater(i)).map(({ email }) => email));
  for (const { email, state } of history.messages)
    expect([email, state]).toEqual([email, later.has(email) ? 'planned' : 'sent']);
  const seconds = (performance.now() - from) / 1_000;
  report({ scenario: 'clocks jump', faults: countFaults(history.faults), seconds, figures });
});
