import { pino } from 'pino';
import { createDatabase } from '../../src/db/client.ts';
import { applyRetention } from '../../src/records/apply-retention.ts';

// A process that applies retention at a given time in small batches, for test/records/whole-retention.integration.test.ts.
const [databaseUrl = '', at = ''] = process.argv.slice(2);

const { db, close } = createDatabase(databaseUrl, { max: 2 });
const clock = { now: () => new Date(at) };
await applyRetention({ db, clock, log: pino({ level: 'silent' }) }, { batch: 2 });
await close();
