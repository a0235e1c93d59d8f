import { parseArgs } from 'node:util';
import type { Deps } from './deps.ts';

type Command = {
  summary: string;
  help: string;
  /** Resolves with the exit code; `undefined` keeps the process serving. */
  run(argv: string[]): Promise<number | undefined>;
};

/** Modules are loaded by the command that needs them: `verify` must not wait for a web server to load. */
const COMMANDS: Record<string, Command> = {
  serve: {
    summary: 'start the web server (and, unless told otherwise, a worker in the same process)',
    help: `countersign serve [--web-only]

Starts the web server. Without DATABASE_URL it starts its own PostgreSQL in DATA_DIR. A worker that sends mail runs in
the same process.

  --web-only   no worker in this process: run \`countersign worker\` beside it`,
    async run(argv) {
      const { values } = parseArgs({ args: argv, options: { 'web-only': { type: 'boolean' } } });
      const { serve } = await import('./server.ts');
      await serve({ withWorker: !values['web-only'] });
      return undefined;
    },
  },
  worker: {
    summary: 'start a worker that sends mail and runs scheduled jobs',
    help: `countersign worker

Starts a worker process. Start as many as wanted, on any machines that reach the same DATABASE_URL (and REDIS_URL).`,
    async run(argv) {
      parseArgs({ args: argv, options: {} });
      const { work } = await import('./server.ts');
      await work();
      return undefined;
    },
  },
  migrate: {
    summary: 'bring the database to this version',
    help: `countersign migrate

Applies the migrations that the database has not seen. Safe to run twice or at the same time on several machines.`,
    async run(argv) {
      parseArgs({ args: argv, options: {} });
      const { runMigrateCommand } = await import('./server.ts');
      return runMigrateCommand();
    },
  },
  import: {
    summary: 'import employers, contacts or credentials from a file',
    help: `countersign import employers|credentials FILE [--agency SLUG] [--contacts FILE] [--yes]

Shows what a file would create, update and skip, with every problem by line and column; with --yes does it.
Employers come as CSV; credentials as CSV or as CTDL JSON-LD.

  --agency SLUG     the agency that imports (the first one by default)
  --contacts FILE   contacts of these employers from a second CSV file
  --yes             import; without it nothing is written`,
    async run(argv) {
      const { runImportCommand } = await import('./import-command.ts');
      return runImportCommand(argv);
    },
  },
  doctor: {
    summary: 'check the settings, the database, the queue, the mail server, DNS and the disk',
    help: `countersign doctor

Checks what a running installation depends on and says in words what is wrong: ok, warn (should be mended),
FAIL (must be), - (cannot be checked from here). Exits with 1 when a check fails.`,
    async run(argv) {
      parseArgs({ args: argv, options: {} });
      const { runDoctorCommand } = await import('./doctor.ts');
      return runDoctorCommand();
    },
  },
  verify: {
    summary: 'check an evidence packet offline',
    help: `countersign verify FILE [--sha256 HEX] [--key FILE]

Recomputes a frozen evidence packet from the file alone: its canonical form, its SHA-256, its count, its signature and
its place in the log. Takes public versions too. Needs no network and no database.
Exits with 0 when it holds, 1 when it does not, 2 when the file cannot be read.

  --sha256 HEX   also check that it is the packet that the approval record names
  --key FILE     whose signature to accept: JWK or JWKS, as the server publishes at /.well-known/jwks.json`,
    async run(argv) {
      const { runVerifyCommand } = await import('./evidence/verify-command.ts');
      return runVerifyCommand(argv, process.stdout);
    },
  },
  'verify-log': {
    summary: 'check the log of what was done, in the database or exported',
    help: `countersign verify-log [FILE] [--key FILE] [--witness FILE]

Checks the log: that no entry was altered, dropped, moved or put in, that every row it tells of still says what was
logged, and that it leads to every signed checkpoint. Without FILE in the database, else in an exported log, offline.
Exits with 0 when it holds, 1 when it does not.

  --key FILE       JWK or JWKS of the keys to trust (from /.well-known/jwks.json, kept since); the database's own without
  --witness FILE   checkpoints that somebody else kept, in any text, such as saved mails: shows a log rewritten as a whole`,
    async run(argv) {
      const { runVerifyLogCommand } = await import('./ledger/commands.ts');
      return runVerifyLogCommand(argv, withDeps, process.stdout);
    },
  },
  'export-log': {
    summary: 'write the log to a file that can be checked offline',
    help: `countersign export-log FILE [--open]

Brings the log up to date, signs it, and writes it with all its checkpoints.

  --open   with what the entries say and the salts that show it; without, they are commitments that say nothing`,
    async run(argv) {
      const { runExportLogCommand } = await import('./ledger/commands.ts');
      return runExportLogCommand(argv, withDeps, process.stdout);
    },
  },
  'reopen-log': {
    summary: 'after a restore from a backup: let the log be signed again, under a new name',
    help: `countersign reopen-log --because WORDS

A database restored from a backup lacks entries that were signed, so nothing may be signed under the log's name again.
This begins a new name, says why in public, and signs what there is.`,
    async run(argv) {
      const { runReopenLogCommand } = await import('./ledger/commands.ts');
      return runReopenLogCommand(argv, withDeps, process.stdout);
    },
  },
  keys: {
    summary: 'list or rotate the keys that sign evidence and the log',
    help: `countersign keys list|rotate|jwks [--at-once]

list shows every key and when it signs, jwks prints the public ones, rotate makes the next. It is published now and
signs from tomorrow on, so that whoever checks signatures knows it by then; what was signed before stays valid.

  --at-once   the next key signs from now on: for a key that others may hold`,
    async run(argv) {
      const { runKeysCommand } = await import('./ledger/commands.ts');
      return runKeysCommand(argv, withDeps, process.stdout);
    },
  },
  demo: {
    summary: 'show the main job on a sample state',
    help: `countersign demo [--once] [--json]

Loads a sample state with real employers and invented contacts, sends a wave to a local mailbox, lets simulated
employers answer through the links in their mails, freezes evidence, prints a summary and keeps serving.
It uses a data folder of its own and begins afresh each time.

  --once   end after the summary
  --json   print one JSON object last`,
    async run(argv) {
      const { runDemoCommand } = await import('./demo/run-demo.ts');
      return runDemoCommand(argv);
    },
  },
  'sign-in': {
    summary: 'print a one-time sign-in link for a staff member',
    help: `countersign sign-in ADDRESS

Prints a one-time link that signs this staff member in. For when mail does not arrive.`,
    async run(argv) {
      const { runSignInCommand } = await import('./server.ts');
      return runSignInCommand(argv);
    },
  },
};

/** Loaded only by commands that need a database. */
async function withDeps<T>(use: (deps: Deps) => Promise<T>): Promise<T> {
  const server = await import('./server.ts');
  return server.withDeps(use);
}

const OVERVIEW = `countersign: ask employers about credentials, count distinct employers, freeze the evidence

Usage: countersign COMMAND [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, command]) => `  ${name.padEnd(10)} ${command.summary}`)
  .join('\n')}

countersign COMMAND --help tells more. Settings come from the environment: see .env.example.
`;

/** Runs one command and sets the exit code. Faults that a person can mend are told in words, without a stack trace. */
export async function main(argv: string[]): Promise<void> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(OVERVIEW);
    process.exitCode = name === undefined ? 2 : 0;
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`countersign: there is no command "${name}"\n\n${OVERVIEW}`);
    process.exitCode = 2;
    return;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${command.help}\n`);
    return;
  }
  try {
    const code = await command.run(rest);
    if (code !== undefined) process.exit(code);
  } catch (error) {
    process.stderr.write(`countersign ${name}: ${tellFault(error)}\n`);
    process.exit(isUsageFault(error) ? 2 : 1);
  }
}

/** Errors made for people: their message says what is wrong and what to do. */
const TOLD_BY_MESSAGE = new Set([
  'ConfigError',
  'ConnectionError',
  'EmbeddedPostgresError',
  'StartError',
  'MigrationError',
  'CommandError',
]);

function isUsageFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function tellFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (TOLD_BY_MESSAGE.has(error.name) || isUsageFault(error)) return error.message;
  return `an unexpected fault. Please report it with these lines.\n${error.stack}`;
}
