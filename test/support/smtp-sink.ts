import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export type SinkMessage = { from: string; to: string; messageId: string; source: string };

/** What the sink answers at a stage: nothing special, or this reply. `hang` says nothing more, `drop` closes. */
export type SinkReply = string | 'hang' | 'drop' | undefined;

export type SinkOptions = {
  port?: number;
  /** Keeps whole messages; off for speed. */
  keepSource?: boolean;
  /** Asked at RCPT TO; a reply other than 2xx refuses the recipient. */
  atRecipient?(to: string): SinkReply;
  /** Asked once the message has been read; counted as received unless refused. */
  atMessage?(message: SinkMessage): SinkReply | Promise<SinkReply>;
};

export type SmtpSink = {
  url: string;
  port: number;
  messages: SinkMessage[];
  /** Resolves once that many messages have been received. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
};

/** A bare mail server on loopback: small enough that a sender is measured and not the server. */
export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const messages: SinkMessage[] = [];
  const sockets = new Set<Socket>();
  const waiting: { count: number; resolve(): void }[] = [];

  const accept = (message: SinkMessage) => {
    messages.push(message);
    for (const waiter of waiting.splice(0)) {
      if (messages.length >= waiter.count) waiter.resolve();
      else waiting.push(waiter);
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write('220 sink.example ESMTP\r\n');
    let buffered = '';
    let reading = false;
    let silent = false;
    let from = '';
    let to = '';

    const reply = (text: SinkReply, usual: string) => {
      if (text === 'hang') silent = true;
      else if (text === 'drop') socket.destroy();
      else socket.write(`${text ?? usual}\r\n`);
    };

    const finish = async (source: string) => {
      const messageId = /^message-id: *<([^>]+)>/im.exec(source)?.[1] ?? '';
      const message = { from, to, messageId, source: options.keepSource ? source : '' };
      const answer = await options.atMessage?.(message);
      if (!answer || answer === 'drop' || answer.startsWith('2')) accept(message);
      reply(answer, '250 2.0.0 queued');
    };

    socket.on('data', (chunk) => {
      if (silent) return;
      buffered += chunk.toString('latin1');
      while (!silent) {
        if (reading) {
          const end = buffered.indexOf('\r\n.\r\n');
          if (end < 0) return;
          const source = buffered.slice(0, end + 2);
          buffered = buffered.slice(end + 5);
          reading = false;
          void finish(source);
          continue;
        }
        const end = buffered.indexOf('\r\n');
        if (end < 0) return;
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'EHLO') socket.write('250-sink.example\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n');
        else if (verb === 'MAIL') {
          from = /<([^>]*)>/.exec(line)?.[1] ?? '';
          reply(undefined, '250 2.1.0 ok');
        } else if (verb === 'RCPT') {
          to = /<([^>]*)>/.exec(line)?.[1] ?? '';
          reply(options.atRecipient?.(to), '250 2.1.5 ok');
        } else if (verb === 'DATA') {
          reading = true;
          reply(undefined, '354 go on');
        } else if (verb === 'QUIT') {
          socket.end('221 2.0.0 bye\r\n');
        } else reply(undefined, '250 2.0.0 ok');
      }
    });
  });

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
    port,
    messages,
    received: (count) =>
      new Promise((resolve) => {
        if (messages.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
