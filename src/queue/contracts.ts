import { z } from 'zod';

const id = z.number().int().positive();

type JobContract<Payload extends z.ZodType = z.ZodType> = {
  /** Ids only: what a job acts on is read from the database when it runs. */
  payload: Payload;
  /** How often a job that throws is tried in all. The schedule brings its work back even after the last. */
  attempts: number;
  /** Wait before the second try; doubles with each further one. */
  backoffMs: number;
  /**
   * Names what the job is about. While one waits, another about the same is not added; while one runs, one more is
   * remembered and follows it, so no hint is lost and none runs beside itself.
   */
  subject(payload: z.output<Payload>): string;
};

const job = <Payload extends z.ZodType>(contract: JobContract<Payload>) => contract;

/**
 * Every job there is. A job is a hint that work waits in the database: losing one costs time and never work, and
 * running one twice changes nothing.
 */
export const JOBS = {
  /** Sends messages that are due, of one wave or of all. */
  'outreach.send-due': job({
    payload: z.strictObject({ waveId: id.optional() }),
    attempts: 5,
    backoffMs: 5_000,
    subject: ({ waveId }) => (waveId === undefined ? 'all' : `wave ${waveId}`),
  }),
  /** One more process helps to send: the one before it found more due than it can take at once. */
  'outreach.join-sending': job({
    payload: z.strictObject({
      /** 2 is the second sender. Each calls the next, so that as many come as there is work for. */
      senderId: id,
    }),
    attempts: 1,
    backoffMs: 5_000,
    subject: ({ senderId }) => `sender ${senderId}`,
  }),
  /** Takes messages back from workers that died, and ends what is too late to send. */
  'outreach.sweep-claims': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Applies receipts that came before the note that their message had left. */
  'delivery.apply-events': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Finds answers that came in a burst, as a machine sends them, and makes them wait for a person. */
  'respond.find-machines': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Brings what was committed into the log, signs it, seals frozen evidence that has no seal yet, tells the witness. */
  'ledger.tend': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Recounts what only the passing of time changes: evidence that has aged. */
  'evidence.refresh-aged': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
  /** Moves approvals whose review has come, opens their renewals, and ends those that nobody renewed. */
  'approvals.move-due': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
  /** Closes waves at their close and links at the end of the grace; plans anew what missed its time. */
  'waves.close-due': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Tells what changed of requirements since they were last looked at. */
  'api.watch-requirements': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
  /** Imports a file that was confirmed, or all that wait; one whose worker died begins anew. */
  'imports.finish-confirmed': job({
    payload: z.strictObject({ importId: id.optional() }),
    attempts: 3,
    backoffMs: 5_000,
    subject: ({ importId }) => (importId === undefined ? 'all' : `import ${importId}`),
  }),
  /** Cancels imports that nobody confirmed for a week, and removes their files. */
  'imports.sweep-uploads': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
  /** Forgets old Idempotency-Keys. */
  'api.prune-keys': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
  /** Gives new events their places in the feeds, and makes deliveries of them. */
  'events.dispatch': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Sends webhooks that are due. */
  'webhooks.deliver-due': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 5_000,
    subject: () => 'all',
  }),
  /** Proposes waves from the review cycles of lists and from evidence that is about to age out. */
  'waves.propose-by-cycle': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
  /** Removes personal data that are past an agency's retention. */
  'records.apply-retention': job({
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    subject: () => 'all',
  }),
} as const satisfies Record<`${string}.${string}`, Pick<JobContract, 'payload' | 'attempts' | 'backoffMs'>>;

export type JobName = keyof typeof JOBS;
export type JobPayload<Name extends JobName> = z.output<(typeof JOBS)[Name]['payload']>;

export const JOB_NAMES = Object.keys(JOBS) as JobName[];

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(JOBS, name);
}

/** The payload if it keeps the contract; throws otherwise. */
export function parsePayload<Name extends JobName>(name: Name, payload: unknown): JobPayload<Name> {
  return JOBS[name].payload.parse(payload) as JobPayload<Name>;
}

/** Two jobs with the same subject are one (see JobContract). */
export function jobSubject<Name extends JobName>(name: Name, payload: JobPayload<Name>): string {
  const contract = JOBS[name] as unknown as JobContract<z.ZodType<JobPayload<Name>>>;
  return `${name} ${contract.subject(payload)}`;
}
