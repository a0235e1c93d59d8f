import nodemailer from 'nodemailer';

/**
 * The raw limit: a nodemailer pool that sends mails of our size in a loop and keeps no books.
 *   bare-sender-process.ts SMTP_URL CONNECTIONS
 * Says "ready"; each line of its input is a number of mails to send, answered with "sent".
 */
const [url = '', connections = '20'] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  url,
  pool: true,
  maxConnections: Number(connections),
  maxMessages: 1_000,
});
const line = 'Would this credential give a learner hiring preference, all things being equal?\n';

process.stdout.write('ready\n');
process.stdin.on('data', async (data) => {
  await Promise.all(
    Array.from({ length: Number(data) }, (_, n) =>
      transport.sendMail({
        from: { name: 'Workforce Services', address: 'employers@workforce.example' },
        to: `person${n}@employer.example`,
        subject: 'Two questions about credentials you may hire for',
        text: line.repeat(4),
        html: `<p>${line.repeat(4)}</p>`,
      }),
    ),
  );
  process.stdout.write('sent\n');
});
process.stdin.on('end', () => process.exit(0));
