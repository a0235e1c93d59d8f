import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { createDatabase } from '../../src/db/client.ts';
import { checkHistory } from './check-history.ts';
import { closeFaultWorlds, type FaultWorld, startFaultWorld } from './fault-world.ts';
import { countFaults, report } from './figures.ts';
import { launch, makeAsking, makePeople } from './people.ts';

const MESSAGES = 1_200;
/** What one sender claims at a time. */
const BATCH = 200;
const LOCKED = 'this database was restored from an older copy';

let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld({ workers: 2, servers: 1 });
}, 300_000);
afterAll(closeFaultWorlds, 120_000);

/** Runs statements as the server's administrator while nobody is connected to the application's database. */
async function whileCutOff(statements: readonly string[]): Promise<void> {
  const admin = createDatabase(world.adminUrl, { max: 1 });
  try {
    await admin.sql.unsafe('alter database countersign allow_connections false');
    await admin.sql.unsafe(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'countersign'`,
    );
    for (const statement of statements) await admin.sql.unsafe(statement);
    await admin.sql.unsafe('alter database countersign allow_connections true');
  } finally {
    await admin.close();
  }
}

test('an older copy of the database, restored in the middle of a wave, sends nothing until a person allows it', async () => {
  const from = performance.now();
  const { deps } = world;
  const asking = await makeAsking(deps, 'workforce');
  const people = await makePeople(deps, Array(MESSAGES).fill(1));
  await launch(deps, asking, people);
  await world.hint();
  await world.untilTaken(MESSAGES / 4);
  await whileCutOff(['create database copy template countersign']);
  await world.hint();
  await world.untilTaken((MESSAGES * 3) / 4);

  world.note('older copy restored');
  await whileCutOff([
    'alter database countersign rename to lost',
    'alter database copy rename to countersign',
  ]);
  // Whoever first wants to send from it finds out; nobody told them.
  await world.until(
    async ({ sql }) => {
      await world.hint();
      return sql<{ locked: boolean }[]>`select sending_unlocked_at is null as locked from installation`;
    },
    ([row]) => row?.locked === true,
    90_000,
  );
  const planned = async (): Promise<number> => {
    const rows = await world.ask(
      ({ sql }) =>
        sql<{ count: number }[]>`select count(*)::int as count from messages where state = 'planned'`,
    );
    return rows[0]!.count;
  };
  const lookForWork = async () => {
    await world.hint();
    await world.until(
      ({ queue }) => queue.count(),
      ({ waiting }) => waiting === 0,
      30_000,
    );
  };
  // What the two senders had in hand when the database went away still arrives at the mail server; nothing else is taken.
  const [takenAtLock, plannedAtLock] = [world.taken(), await planned()];
  for (let round = 0; round < 5; round += 1) await lookForWork();
  expect(await planned()).toBeGreaterThanOrEqual(plannedAtLock);
  expect(world.taken() - takenAtLock).toBeLessThanOrEqual(2 * BATCH);
  expect([0, 1].flatMap((index) => world.worker(index).errors).join('\n')).toContain(LOCKED);

  // An administrator reads the first page and allows it, by real HTTP.
  const link = await world.ask((each) => createSignInLink(each, { id: asking.staffIds[0] }));
  const session = await signIn(world.serverUrls[0]!, link);
  const today = await session('/staff');
  expect(today.text).toContain('No mail is sent');
  const before = new Set((await world.history()).deliveries.map(({ messageId }) => messageId));
  expect((await session('/staff/sending/unlock', {})).status).toBe(303);
  await world.hastened(90_000);

  const history = await world.history();
  // What had left after the copy was made is planned in it. The person who allowed it to send let it go again.
  const { violations, figures } = checkHistory(history, { allowed: (messageId) => before.has(messageId) });
  expect(violations).toEqual([]);
  expect(figures.sent).toBe(MESSAGES);
  const seconds = (performance.now() - from) / 1_000;
  report({
    scenario: 'older copy restored',
    faults: countFaults(history.faults),
    seconds,
    figures,
    note: 'twice: what had left after the copy was made, once a person allowed sending',
  });
});

type Page = { status: number; text: string };

/** A browser of a staff member who has used the link in their sign-in mail. */
async function signIn(
  origin: string,
  link: string,
): Promise<(path: string, form?: Record<string, string>) => Promise<Page>> {
  let cookie = '';
  const load = async (path: string, form?: Record<string, string>): Promise<Page> => {
    const response = await fetch(new URL(path, origin), {
      redirect: 'manual',
      headers: {
        cookie,
        'sec-fetch-site': 'same-origin',
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form && { method: 'POST', body: new URLSearchParams(form).toString() }),
    });
    cookie ||= response.headers
      .getSetCookie()
      .map((set) => set.split(';')[0])
      .join('; ');
    return { status: response.status, text: await response.text() };
  };
  const { pathname } = new URL(link);
  expect((await load(pathname, {})).status).toBe(303);
  return load;
}
