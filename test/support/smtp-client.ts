import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Hands one mail to a server as another mail server would. Rejects with nodemailer's error. */
export async function deliver(
  port: number,
  mail: { from?: string; to: string | string[]; raw: Buffer },
  options: { requireTLS?: boolean } = {},
): Promise<string> {
  const connection = new SMTPConnection({
    host: '127.0.0.1',
    port,
    ...(options.requireTLS ? { requireTLS: true } : { ignoreTLS: true }),
    tls: { rejectUnauthorized: false },
  });
  try {
    return await new Promise((resolve, reject) => {
      connection.once('error', reject);
      connection.once('end', () => reject(new Error('Connection closed')));
      connection.connect((error) => {
        if (error) return reject(error);
        connection.send({ from: mail.from ?? '', to: [mail.to].flat() }, mail.raw, (failed, info) =>
          failed ? reject(failed) : resolve(info.response),
        );
      });
    });
  } finally {
    connection.close();
  }
}
