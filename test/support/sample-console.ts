import { loadSampleState, type SampleState } from '../../src/demo/load-sample-state.ts';
import { createTestApp, type TestApp, type TestAppOptions } from './app.ts';

export type ConsoleRoute = {
  method: 'GET' | 'POST';
  pattern: string;
  /** The pattern with the K-12 agency's objects in its parameters. */
  url: string;
  /** Employers, credentials: no agency's own. */
  isShared: boolean;
};

export type SampleConsole = {
  test: TestApp;
  state: SampleState;
  /** Console routes whose object the sample has; the others are left out. */
  walk(method: 'GET' | 'POST'): ConsoleRoute[];
};

/** The demo's sample state on the real application, with a draft of the K-12 agency, and every console route in it. */
export async function openSampleConsole(options: TestAppOptions = {}): Promise<SampleConsole> {
  const test = await createTestApp(options);
  const state = await loadSampleState(test.deps, { seed: 'routes', onStep() {} });
  const { sql } = test.deps;
  const { agencyId } = state.k12;
  await sql`insert into waves (agency_id, name, created_by, created_at, updated_at)
    values (${agencyId}, 'A draft that nobody else sees', ${state.k12.editor.id}, now(), now())`;
  const one = async (text: string) => {
    const [row] = await sql.unsafe<{ value: string }[]>(text);
    if (!row) throw new Error(`The sample has none: ${text}`);
    return String(row.value);
  };
  const shared = (table: string, column = 'id') =>
    one(`select ${column} as value from ${table} order by id limit 1`);
  const mine = (table: string, column = 'id') =>
    one(`select ${column} as value from ${table} where agency_id = ${agencyId} order by id limit 1`);
  const meeting = `select m.id as value from meetings m join committees c on c.id = m.committee_id
    where c.agency_id = ${agencyId} limit 1`;
  /** Longest prefix first. */
  const objects: [prefix: string, value: string, isShared: boolean][] = [
    ['/staff/employers/duplicates/', await shared('duplicate_proposals'), true],
    ['/staff/employers/', await shared('employers'), true],
    ['/staff/credentials/', await shared('credentials', 'slug'), true],
    ['/staff/imports/', await mine('imports'), false],
    ['/staff/committees/', await mine('committees'), false],
    ['/staff/meetings/', await one(meeting), false],
    ['/staff/applications/', await mine('applications'), false],
    ['/staff/lists/', await mine('lists', 'slug'), false],
    ['/staff/waves/', await mine('waves'), false],
    ['/staff/people/', String(state.k12.approver.id), false],
  ];
  return {
    test,
    state,
    walk: (method) =>
      test.app.routeTable
        .filter((route) => route.access === 'staff' && route.method === method)
        .flatMap(({ url: pattern }): ConsoleRoute[] => {
          if (!/:\w+/.test(pattern)) return [{ method, pattern, url: pattern, isShared: true }];
          const object = objects.find(([prefix]) => pattern.startsWith(`${prefix}:`));
          if (!object) return [];
          const url = pattern.replace(/:\w+/, object[1]);
          return /:\w+/.test(url) ? [] : [{ method, pattern, url, isShared: object[2] }];
        }),
  };
}
