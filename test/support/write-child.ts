import { answerOnce } from '../../src/api/answer-once.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { createDatabase } from '../../src/db/client.ts';
import { systemClock } from '../../src/lib/clock.ts';

// A process that does a write of the API and never comes to its end, for test/api/writes.integration.test.ts.
const [databaseUrl = '', given = '{}'] = process.argv.slice(2);
const { request, application } = JSON.parse(given);
const { db } = createDatabase(databaseUrl, { max: 1 });

await answerOnce({ db, clock: systemClock }, request, async (within) => {
  await submitApplication(within, application);
  process.stdout.write('written\n');
  return new Promise(() => undefined);
});
