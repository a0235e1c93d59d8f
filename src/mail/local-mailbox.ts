import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { composeMail } from './compose.ts';
import type { Mailer } from './types.ts';

/** Names sort by time, so newest first needs no look inside. */
const MESSAGE_ID_PATTERN = /^\d{13,16}-\d{6}-[0-9a-f]{8}$/;
const EXTENSION = '.eml';
/** Enough for every header block that compose.ts writes. */
const HEAD_BYTES = 4096;

export type MailboxEntry = { id: string; at: Date; to: string; from: string; subject: string };

export type MailboxMessage = MailboxEntry & {
  headers: { name: string; value: string }[];
  text: string;
  html: string;
  attachments: { filename: string; mimeType: string; content: string }[];
};

export type MailboxPage = { messages: MailboxEntry[]; total: number; olderThan: string | null };

/**
 * Keeps each message as a file that only this user may read, and sends nothing. Files rather than rows, because
 * a message holds live links and the database must hold none.
 */
export function createLocalMailer(folder: string): Mailer {
  let ready: Promise<unknown> | undefined;
  let count = 0;
  const prepare = () => {
    ready ??= mkdir(folder, { recursive: true, mode: 0o700 });
    return ready;
  };

  return {
    kind: 'local',
    async send(mail) {
      const content = composeMail(mail);
      await prepare();
      count = (count + 1) % 1_000_000;
      const id = [
        String(mail.date.getTime()).padStart(13, '0'),
        String(count).padStart(6, '0'),
        randomBytes(4).toString('hex'),
      ].join('-');
      const path = join(folder, id);
      // Written under another name first: a reader never sees half a message.
      await writeFile(`${path}.part`, content, { mode: 0o600, flag: 'wx' });
      await rename(`${path}.part`, path + EXTENSION);
      return { providerId: id };
    },
    async verify() {
      await prepare();
    },
    async close() {},
  };
}

/** One page of the mailbox, newest first. `olderThan` of one page asks for the next. */
export async function listMailbox(
  folder: string,
  options: { limit?: number; olderThan?: string | null } = {},
): Promise<MailboxPage> {
  const { limit = 50, olderThan } = options;
  const ids = await messageIds(folder);
  ids.sort((a, b) => (a < b ? 1 : -1));
  const start = olderThan ? ids.findIndex((id) => id < olderThan) : 0;
  const page = start < 0 ? [] : ids.slice(start, start + limit);
  const messages = await Promise.all(page.map((id) => readEntry(folder, id)));
  const last = page.at(-1);
  return { messages, total: ids.length, olderThan: last && start + limit < ids.length ? last : null };
}

/** One message with its parts, or null when there is none of that id. */
export async function readMailboxMessage(folder: string, id: string): Promise<MailboxMessage | null> {
  if (!MESSAGE_ID_PATTERN.test(id)) return null;
  let content: Buffer;
  try {
    content = await readFile(join(folder, id + EXTENSION));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = await PostalMime.parse(content, { attachmentEncoding: 'utf8' });
  return {
    id,
    at: mailboxTimeOf(id),
    to: addressLine(parsed.to?.[0]),
    from: addressLine(parsed.from),
    subject: parsed.subject ?? '',
    headers: parsed.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    text: parsed.text ?? '',
    html: parsed.html ?? '',
    attachments: parsed.attachments.map(({ filename, mimeType, content }) => ({
      filename: filename ?? '',
      mimeType,
      content: String(content),
    })),
  };
}

/** Where an installation keeps its mailbox. */
export const mailboxFolder = (dataDir: string) => join(dataDir, 'mailbox');

/** Deletes messages for good; one that is gone already is no fault. */
export async function removeMailboxMessages(folder: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (MESSAGE_ID_PATTERN.test(id)) await rm(join(folder, id + EXTENSION), { force: true });
  }
}

/** Every message id, oldest first. */
export async function mailboxMessageIds(folder: string): Promise<string[]> {
  return (await messageIds(folder)).sort();
}

async function messageIds(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .filter((id) => MESSAGE_ID_PATTERN.test(id));
}

async function readEntry(folder: string, id: string): Promise<MailboxEntry> {
  const file = await open(join(folder, id + EXTENSION));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = await PostalMime.parse(buffer.subarray(0, bytesRead));
    return {
      id,
      at: mailboxTimeOf(id),
      to: addressLine(head.to?.[0]),
      from: addressLine(head.from),
      subject: head.subject ?? '',
    };
  } finally {
    await file.close();
  }
}

function addressLine(box: { name?: string; address?: string } | undefined): string {
  if (!box?.address) return '';
  return box.name ? `${box.name} <${box.address}>` : box.address;
}

/** When a message was written, by its id. */
export function mailboxTimeOf(id: string): Date {
  return new Date(Number(id.split('-')[0]));
}
