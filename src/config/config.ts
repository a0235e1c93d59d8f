import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );
const whole = (min: number, max: number) => {
  const fault = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(fault).int(fault).min(min, fault).max(max, fault);
};
const text = (least = 1) => z.string().min(least, `must have at least ${least} characters`);
const secret = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits, for example from `openssl rand -hex 32`');

const mailDomain = z
  .string()
  .regex(/^(?=.{3,190}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i, 'must be a domain name')
  .transform((value) => value.toLowerCase());

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

type Setting = { description: string; schema: z.ZodType; example?: string };

/**
 * Every setting there is. Described once: read from the environment here and nowhere else, listed in
 * `.env.example` (a test holds the two together).
 */
export const SETTINGS = {
  HOST: {
    description: 'Address to listen on. Put a TLS proxy in front before this is anything but loopback.',
    schema: text().default('127.0.0.1'),
  },
  PORT: { description: 'Port to listen on.', schema: whole(0, 65_535).default(8080) },
  PUBLIC_URL: {
    description:
      'Address under which people reach this server; links in mails begin with it. https in real use.',
    schema: url('http:', 'https:').optional(),
    example: 'https://employers.example.gov',
  },
  DATA_DIR: {
    description: 'Folder for the embedded database, the local mailbox, uploads and generated secrets.',
    schema: text().optional(),
    example: './.countersign',
  },
  DATABASE_URL: {
    description: 'PostgreSQL 15 or later. Without it an embedded PostgreSQL keeps its data in DATA_DIR.',
    schema: url('postgres:', 'postgresql:').optional(),
    example: 'postgres://countersign:secret@db.internal:5432/countersign',
  },
  DATABASE_CONNECTIONS: {
    description: 'Connections of this process to PostgreSQL.',
    schema: whole(2, 200).default(10),
  },
  REDIS_URL: {
    description: 'Redis or Valkey for the queue. Without it the queue is kept in PostgreSQL.',
    schema: url('redis:', 'rediss:').optional(),
    example: 'redis://queue.internal:6379/0',
  },
  SMTP_URL: {
    description:
      'Mail server for outgoing mail. Without it mails stay in a local mailbox and nothing leaves.',
    schema: url('smtp:', 'smtps:').optional(),
    example: 'smtp://user:password@mail.internal:587',
  },
  SMTP_CONNECTIONS: {
    description: 'Connections of one worker to the mail server.',
    schema: whole(1, 100).default(10),
  },
  DOMAIN_CONNECTIONS: {
    description:
      'Of these connections, how many carry mail to one receiving domain at a time. Without it as many as are free.',
    schema: whole(1, 100).optional(),
    example: '4',
  },
  WARM_UP_DAILY: {
    description:
      'How many outreach mails a new From domain sends on its first, second, ... business day, all agencies that use it together; then no longer limited. "off" for none. Counts where SMTP_URL is set.',
    schema: z
      .string()
      .regex(/^(off|\d{1,7}(\s*,\s*\d{1,7})*)$/, 'must be whole numbers with commas between, or "off"')
      .transform((text) => (text === 'off' ? [] : text.split(',').map(Number)))
      .default([50, 100, 200, 400, 800, 1_600, 3_200, 6_400]),
    example: '50,100,200,400,800,1600,3200,6400',
  },
  DOMAIN_MESSAGES_PER_MINUTE: {
    description:
      'Most messages a minute to one receiving domain, all workers together. Without it only what domains answer slows mail to them down.',
    schema: whole(1, 100_000).optional(),
    example: '120',
  },
  MESSAGES_PER_MINUTE: {
    description:
      'Most messages a minute in all, all workers together, as the mail server or provider allows. Mails of waves wait for it; what answers a person’s own act counts and does not wait. Without it as fast as the mail server takes them.',
    schema: whole(1, 1_000_000).optional(),
    example: '600',
  },
  DKIM_DOMAIN: {
    description: 'Domain that signs outgoing mail. All three DKIM settings are set, or none.',
    schema: text(3).optional(),
    example: 'mail.example.gov',
  },
  DKIM_SELECTOR: {
    description: 'DKIM selector.',
    schema: text().optional(),
    example: 'countersign',
  },
  DKIM_PRIVATE_KEY_FILE: {
    description: 'File with the DKIM private key (PEM).',
    schema: text().optional(),
    example: './dkim-private.pem',
  },
  MESSAGE_ID_DOMAIN: {
    description: 'Domain of the Message-ID header. Without it the host of PUBLIC_URL.',
    schema: text().optional(),
    example: 'mail.example.gov',
  },
  BOUNCE_DOMAIN: {
    description:
      'Domain of the envelope sender, whose mail comes back to MAIL_IN_PORT. Each message gets an address of its own there, so a bounce tells which message it is about. Without it bounces go to the agency that sends.',
    schema: mailDomain.optional(),
    example: 'bounces.mail.example.gov',
  },
  MAIL_IN_PORT: {
    description:
      'Port of the mail server for BOUNCE_DOMAIN, which a worker then runs; its MX or a relay must lead there. Off without it.',
    schema: whole(0, 65_535).optional(),
    example: '2525',
  },
  MAIL_IN_HOST: {
    description: 'Address on which that mail server listens.',
    schema: text().default('127.0.0.1'),
  },
  MAIL_IN_CERT_FILE: {
    description:
      'Certificate of that mail server (PEM, with its chain), for STARTTLS. Read again when it is renewed. Without it mail comes in unencrypted, as from a relay on the same machine.',
    schema: text().optional(),
    example: './mail-in-cert.pem',
  },
  MAIL_IN_KEY_FILE: {
    description: 'Private key of that certificate (PEM).',
    schema: text().optional(),
    example: './mail-in-key.pem',
  },
  SES_TOPIC_ARNS: {
    description:
      'SNS topics, separated by commas, that tell of mails sent through Amazon SES. Opens /hooks/ses; subscribe it with raw delivery off and signature version 2.',
    schema: z.string().optional(),
    example: 'arn:aws:sns:us-west-2:123456789012:mail',
  },
  SENDGRID_WEBHOOK_KEY: {
    description: 'Public key of the signed event webhook of SendGrid. Opens /hooks/sendgrid.',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9+/]{100,200}={0,2}$/, 'must be the public key as SendGrid shows it')
      .optional(),
  },
  POSTMARK_WEBHOOK_AUTH: {
    description:
      'Name and password, joined by a colon, that the address of the Postmark webhook carries. Opens /hooks/postmark.',
    schema: z
      .string()
      .regex(/^[^:\s]+:\S{16,}$/, 'must be a name, a colon and a password of at least 16 characters')
      .optional(),
  },
  WEBHOOK_PRIVATE_HOSTS: {
    description:
      'Hosts of your own network, separated by commas, that webhooks may go to, also without TLS. Any other address that is not of the public internet is refused.',
    schema: z.string().default(''),
    example: 'approvals.internal',
  },
  LINK_SECRET: {
    description:
      'Key of all links in mails: every server and worker of an installation needs the same. Without it one is made in DATA_DIR; required with DATABASE_URL.',
    schema: secret.optional(),
  },
  SUPPRESSION_SECRET: {
    description:
      'Key of the do-not-contact list. It must never change, or people who said stop are forgotten. Without it one is made in DATA_DIR; required with DATABASE_URL.',
    schema: secret.optional(),
  },
  SIGNING_KEYS_DIR: {
    description:
      'Folder with the private keys that sign evidence and the log, and the last checkpoint signed with them. Where several machines share a database, give them the same folder, kept apart from its backups. Without it `keys` in DATA_DIR.',
    schema: text().optional(),
    example: '/run/secrets/countersign-keys',
  },
  WITNESS_ADDRESS: {
    description:
      'Mail address, best at another agency, that gets the signed checkpoints of the log: once a day while it grows, and after each freeze. Whoever keeps them can show that nobody rewrote the log, not even us.',
    schema: z.email('must be a mail address').optional(),
    example: 'auditor@example.gov',
  },
  TRUSTED_PROXIES: {
    description: 'Addresses or ranges of proxies whose X-Forwarded-For is believed, separated by commas.',
    schema: z.string().default(''),
    example: '10.0.0.0/8',
  },
  LOG_LEVEL: {
    description: 'Least severe level to log.',
    schema: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  },
  RATE_LIMIT_PER_LINK: {
    description: 'Requests a minute with one personal link.',
    schema: whole(1, 10_000_000).default(120),
  },
  RATE_LIMIT_PER_ADDRESS: {
    description:
      'Requests a minute from one network address. Whole companies share one, so keep it generous.',
    schema: whole(1, 10_000_000).default(1_200),
  },
  RATE_LIMIT_FAILURES_PER_ADDRESS: {
    description: 'Failed requests (unknown links, wrong keys) a minute from one network address.',
    schema: whole(1, 10_000_000).default(60),
  },
  WORKER_CONCURRENCY: {
    description: 'Jobs that one worker process runs at the same time.',
    schema: whole(1, 100).default(4),
  },
  SEND_LEASE_SECONDS: {
    description: 'How long a claimed message belongs to its worker before another may take it over.',
    schema: whole(1, 3_600).default(60),
  },
  STOP_SECONDS: {
    description:
      'How long a process that is told to stop takes at most, whatever is away then. Jobs have two thirds of it to end. More where the mail server is slow to accept; less than the supervisor waits before it kills.',
    schema: whole(3, 600).default(15),
  },
  PUBLIC_SMALL_CELL: {
    description:
      'Public pages show who was asked and who answered in bands of so many employers, so that no single answer can be worked out. All agencies share it, since bands of two widths could be laid over each other; choose it before anything is published.',
    schema: whole(3, 11).default(5),
  },
} as const satisfies Record<string, Setting>;

export type Config = {
  host: string;
  port: number;
  /** Without a trailing slash. */
  publicUrl: string;
  dataDir: string;
  databaseUrl: string | null;
  databaseConnections: number;
  redisUrl: string | null;
  smtpUrl: string | null;
  smtpConnections: number;
  /** Null: as many as there are. */
  domainConnections: number | null;
  /** Null: no limit but what domains answer. */
  domainMessagesPerMinute: number | null;
  messagesPerMinute: number | null;
  /** Mails a business day of a new From domain. */
  warmUpDaily: number[];
  dkim: { domain: string; selector: string; privateKeyFile: string } | null;
  messageIdDomain: string;
  /** Null: bounces go to the From address. */
  bounceDomain: string | null;
  /** Where bounces are taken in; null when they are not. */
  mailIn: { host: string; port: number; tls: { certFile: string; keyFile: string } | null } | null;
  /** Providers whose receipts are taken, with what proves them. */
  mailHooks: {
    ses: { topicArns: string[] } | null;
    sendgrid: { publicKey: string } | null;
    postmark: { auth: string } | null;
  };
  /** Lower-cased. */
  webhookPrivateHosts: string[];
  /** Public counts are never told apart more finely than this many. */
  publicSmallCell: number;
  linkSecret: string | null;
  suppressionSecret: string | null;
  signingKeysDir: string;
  /** Null: checkpoints are published and mailed to nobody. */
  witnessAddress: string | null;
  trustedProxies: string[];
  logLevel: (typeof LOG_LEVELS)[number];
  rateLimits: { perLink: number; perAddress: number; failuresPerAddress: number };
  workerConcurrency: number;
  sendLeaseSeconds: number;
  stopSeconds: number;
};

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: string[];

  constructor(faults: string[]) {
    super(
      `The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n- ${faults.join('\n- ')}`,
    );
    this.faults = faults;
  }
}

const environmentSchema = z.object({
  ...(Object.fromEntries(Object.entries(SETTINGS).map(([key, setting]) => [key, setting.schema])) as {
    [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['schema'];
  }),
});

/** Reads settings from an environment and reports every fault at once. An empty value counts as not set. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const env = parsed.data;
  const faults: string[] = [];
  const dkimParts = [env.DKIM_DOMAIN, env.DKIM_SELECTOR, env.DKIM_PRIVATE_KEY_FILE];
  if (dkimParts.some(Boolean) && !dkimParts.every(Boolean)) {
    faults.push(
      'DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY_FILE belong together: set all three or none',
    );
  }
  if (env.MAIL_IN_PORT !== undefined && !env.BOUNCE_DOMAIN) {
    faults.push('MAIL_IN_PORT needs BOUNCE_DOMAIN: the domain whose mail it takes in');
  }
  if (Boolean(env.MAIL_IN_CERT_FILE) !== Boolean(env.MAIL_IN_KEY_FILE)) {
    faults.push('MAIL_IN_CERT_FILE and MAIL_IN_KEY_FILE belong together: set both or none');
  }
  if (env.DATABASE_URL && (!env.LINK_SECRET || !env.SUPPRESSION_SECRET)) {
    faults.push(
      'LINK_SECRET and SUPPRESSION_SECRET are required with DATABASE_URL: make each with `openssl rand -hex 32`',
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const dataDir = env.DATA_DIR ? resolve(env.DATA_DIR) : defaultDataDir();
  const publicUrl = (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl,
    dataDir,
    databaseUrl: env.DATABASE_URL ?? null,
    databaseConnections: env.DATABASE_CONNECTIONS,
    redisUrl: env.REDIS_URL ?? null,
    smtpUrl: env.SMTP_URL ?? null,
    smtpConnections: env.SMTP_CONNECTIONS,
    domainConnections: env.DOMAIN_CONNECTIONS ?? null,
    domainMessagesPerMinute: env.DOMAIN_MESSAGES_PER_MINUTE ?? null,
    messagesPerMinute: env.MESSAGES_PER_MINUTE ?? null,
    warmUpDaily: env.WARM_UP_DAILY,
    dkim:
      env.DKIM_DOMAIN && env.DKIM_SELECTOR && env.DKIM_PRIVATE_KEY_FILE
        ? { domain: env.DKIM_DOMAIN, selector: env.DKIM_SELECTOR, privateKeyFile: env.DKIM_PRIVATE_KEY_FILE }
        : null,
    messageIdDomain: env.MESSAGE_ID_DOMAIN ?? new URL(publicUrl).hostname,
    bounceDomain: env.BOUNCE_DOMAIN ?? null,
    mailIn:
      env.MAIL_IN_PORT === undefined
        ? null
        : {
            host: env.MAIL_IN_HOST,
            port: env.MAIL_IN_PORT,
            tls:
              env.MAIL_IN_CERT_FILE && env.MAIL_IN_KEY_FILE
                ? { certFile: env.MAIL_IN_CERT_FILE, keyFile: env.MAIL_IN_KEY_FILE }
                : null,
          },
    mailHooks: {
      ses: env.SES_TOPIC_ARNS ? { topicArns: commaSeparated(env.SES_TOPIC_ARNS) } : null,
      sendgrid: env.SENDGRID_WEBHOOK_KEY ? { publicKey: env.SENDGRID_WEBHOOK_KEY } : null,
      postmark: env.POSTMARK_WEBHOOK_AUTH ? { auth: env.POSTMARK_WEBHOOK_AUTH } : null,
    },
    webhookPrivateHosts: commaSeparated(env.WEBHOOK_PRIVATE_HOSTS.toLowerCase()),
    publicSmallCell: env.PUBLIC_SMALL_CELL,
    linkSecret: env.LINK_SECRET ?? null,
    suppressionSecret: env.SUPPRESSION_SECRET ?? null,
    signingKeysDir: env.SIGNING_KEYS_DIR ? resolve(env.SIGNING_KEYS_DIR) : join(dataDir, 'keys'),
    witnessAddress: env.WITNESS_ADDRESS ?? null,
    trustedProxies: commaSeparated(env.TRUSTED_PROXIES),
    logLevel: env.LOG_LEVEL,
    rateLimits: {
      perLink: env.RATE_LIMIT_PER_LINK,
      perAddress: env.RATE_LIMIT_PER_ADDRESS,
      failuresPerAddress: env.RATE_LIMIT_FAILURES_PER_ADDRESS,
    },
    workerConcurrency: env.WORKER_CONCURRENCY,
    sendLeaseSeconds: env.SEND_LEASE_SECONDS,
    stopSeconds: env.STOP_SECONDS,
  };
}

function commaSeparated(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

/** The settings of this process: its environment, completed by a `.env` file where there is one. */
export function loadConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig(process.env);
}

/** PostgreSQL does not run as root, and the user it then runs as cannot enter root's home. */
function defaultDataDir(): string {
  if (process.getuid?.() !== 0) return resolve('.countersign');
  return existsSync('/var/lib') ? '/var/lib/countersign' : join(tmpdir(), 'countersign');
}
