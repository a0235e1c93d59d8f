import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../src/bin.js', import.meta.url));
const SHIFT_CLOCK = new URL('./shift-clock.js', import.meta.url).href;

/** A process that this test run started; it is ended by its id and by nothing else. */
export type Child = {
  process: ChildProcess;
  /** Resolves with the first line that contains the words; rejects when the process ends before. */
  said(words: string): Promise<string>;
  /** The last lines that it said. */
  heard: readonly string[];
  /** Lines of the log that somebody must act on. */
  errors: string[];
  kill(): Promise<void>;
  /** Asks it to end in order. */
  end(): Promise<void>;
};

const children = new Set<Child>();
process.once('exit', () => {
  for (const child of children) child.process.kill('SIGKILL');
});

/** Whatever a test left running. */
export async function killAll(): Promise<void> {
  await Promise.all([...children].map((child) => child.kill()));
}

export function start(command: string, args: string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], ...options });
  const heard: string[] = [];
  const errors: string[] = [];
  let waiting: { words: string; resolve(line: string): void; reject(error: Error): void }[] = [];
  const hear = (line: string) => {
    heard.push(line);
    if (heard.length > 200) heard.shift();
    if (/"level":[56]0/.test(line)) errors.push(line);
    waiting = waiting.filter(({ words, resolve }) => {
      if (!line.includes(words)) return true;
      resolve(line);
      return false;
    });
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', hear);
  const gone = once(child, 'exit').then(([code, signal]) => {
    children.delete(started);
    for (const { words, reject } of waiting.splice(0)) {
      reject(
        new Error(`${args.at(-1)} ended (${signal ?? code}) before it said "${words}":\n${heard.join('\n')}`),
      );
    }
  });
  const finish = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  const started: Child = {
    process: child,
    heard,
    errors,
    said(words) {
      const before = heard.find((line) => line.includes(words));
      if (before) return Promise.resolve(before);
      const said = new Promise<string>((resolve, reject) => waiting.push({ words, resolve, reject }));
      said.catch(() => undefined);
      return said;
    },
    kill: () => finish('SIGKILL'),
    end: () => finish('SIGTERM'),
  };
  children.add(started);
  return started;
}

/** `countersign COMMAND` as it runs in earnest, with a wall clock that the test may move. */
export function startCountersign(args: string[], environment: Record<string, string>): Child {
  return start(process.execPath, ['--import', SHIFT_CLOCK, COMMAND, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  });
}

/** Moves a process's wall clock; resolves once it is moved. */
export async function shiftClock(child: Child, shiftMs: number): Promise<void> {
  const moved = once(child.process, 'message');
  child.process.send({ shiftMs });
  await moved;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
