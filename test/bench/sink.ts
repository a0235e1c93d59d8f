import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type BenchSink = {
  url: string;
  /** Begins to count; the promise inside resolves with when the first and the last of that many mails had come. */
  count(mails: number): Promise<{ done: Promise<{ first: number; last: number }> }>;
  stop(): Promise<void>;
};

/** A bare mail server in a process of its own. */
export async function startBenchSink(): Promise<BenchSink> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'smtp-sink-process.ts')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface(child.stdout!);
  const next = async () => String((await once(lines, 'line'))[0]);
  return {
    url: await next(),
    async count(mails) {
      const counting = next();
      child.stdin!.write(`${mails}\n`);
      await counting;
      return { done: next().then((line) => JSON.parse(line) as { first: number; last: number }) };
    },
    async stop() {
      const exited = once(child, 'exit');
      child.stdin!.end();
      await exited;
    },
  };
}
