import { createDatabase } from '../../src/db/client.ts';
import { finishImports } from '../../src/employers/finish-imports.ts';
import { systemClock } from '../../src/lib/clock.ts';

// A worker that has written all rows of an import and never comes to its end, for test/employers/finish-imports.integration.test.ts.
const [databaseUrl = '', dataDir = ''] = process.argv.slice(2);
const { db } = createDatabase(databaseUrl, { max: 2 });

await finishImports({
  db,
  clock: systemClock,
  config: { dataDir } as never,
  employerObservers: {
    unitsChanged: () => {
      process.stdout.write('written\n');
      return new Promise(() => undefined);
    },
    identityChanged: async () => undefined,
  },
});
