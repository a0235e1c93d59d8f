import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';

/** A part of the process, listed in the order in which parts were opened. */
export type Part = {
  name: string;
  /** Others wait for it to end what it has begun; the parts that it works with are closed after it. */
  works: boolean;
  /** Names what it had to leave undone. */
  close(): Promise<{ unfinished: string[] }>;
};

/** Closes all parts, the last one first. */
export async function closeParts(parts: Part[]): Promise<void> {
  for (const part of parts.splice(0).reverse()) await part.close().catch(() => undefined);
}

/**
 * Ends the process on SIGTERM or SIGINT, within a bounded time whatever is away meanwhile. Requests and jobs in hand
 * are finished first. Exits with 0 when nothing was left undone, else with 1 and one line that says what; a second
 * signal does not wait.
 */
export function closeOnSignal(
  parts: Part[],
  { log, config }: { log: Logger; config: { stopSeconds: number } },
): void {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1);
    closing = true;
    log.info({ signal }, 'closing');
    const undone = new Map<string, string[]>();
    void Promise.race([closeInOrder(parts.splice(0), undone), wait(config.stopSeconds * 1000)]).finally(
      () => {
        if (undone.size > 0) {
          log.warn(
            { undone: Object.fromEntries(undone) },
            'stopped with work in hand; what a worker had is taken up again by the next one',
          );
        }
        // Connections to what is away may not even end by themselves; they hold nothing that is not written elsewhere.
        process.exit(undone.size > 0 ? 1 : 0);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** `undone` says at any time what would be left undone if the process ended now. */
async function closeInOrder(parts: Part[], undone: Map<string, string[]>): Promise<void> {
  const working = parts.filter((part) => part.works);
  for (const { name } of working) undone.set(name, []);
  // Whatever fails to close stays undone.
  await Promise.allSettled(
    working.map(async (part) => {
      const { unfinished } = await part.close();
      if (unfinished.length > 0) undone.set(part.name, unfinished);
      else undone.delete(part.name);
    }),
  );
  await closeParts(parts.filter((part) => !part.works));
}
