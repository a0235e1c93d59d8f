import nodemailer from 'nodemailer';
import { type BareSize, bareMail } from './bare-mail.ts';

/**
 * The raw limit: a nodemailer pool that sends mails in a loop and keeps no books.
 *   bare-sender-process.ts SMTP_URL CONNECTIONS same|small
 * Says "ready"; each line of its input is a number of mails to send, answered with "sent".
 */
const [url = '', connections = '20', size = 'same'] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  url,
  pool: true,
  maxConnections: Number(connections),
  maxMessages: 1_000,
});
process.stdout.write('ready\n');
process.stdin.on('data', async (data) => {
  await Promise.all(
    Array.from({ length: Number(data) }, (_, n) => transport.sendMail(bareMail(size as BareSize, n))),
  );
  process.stdout.write('sent\n');
});
process.stdin.on('end', () => process.exit(0));
