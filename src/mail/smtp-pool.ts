import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

export type SmtpPoolOptions = {
  url: string;
  connections: number;
  /** Messages that one connection sends before it is replaced. */
  messagesPerConnection: number;
  /** An idle connection is closed after that long. */
  idleMs: number;
  connection: SMTPConnectionOptions;
};

export type SmtpPool = {
  /** Rejects with nodemailer's error; `handedOver` on it tells whether any of the message had gone out. */
  send(
    envelope: { from: string; to: string },
    message: string | Buffer,
  ): Promise<{ serverMessageId?: string }>;
  verify(): Promise<void>;
  close(): void;
};

type Pooled = { connection: SMTPConnection; messages: number; dead: boolean; idle: NodeJS.Timeout | null };

/**
 * Connections of nodemailer, kept open. Its own pool is not used for two reasons: it builds every message as a tree
 * of streams, which costs more than all of SMTP, and after a broken connection it does not tell whether the message
 * had begun to go out, which decides whether it may be sent again unasked.
 */
export function createSmtpPool(options: SmtpPoolOptions): SmtpPool {
  const { auth, ...target } = parseConnectionUrl(options.url) as SMTPConnectionOptions & {
    auth?: { user?: string; pass?: string };
  };
  const idle: Pooled[] = [];
  const all = new Set<Pooled>();
  const waiting: (() => void)[] = [];
  /** Connections that are open or being opened. */
  let taken = 0;
  let closed = false;

  const open = () =>
    new Promise<Pooled>((resolve, reject) => {
      const connection = new SMTPConnection({ ...options.connection, ...target });
      const pooled: Pooled = { connection, messages: 0, dead: false, idle: null };
      const fail = (error: unknown) => {
        connection.close();
        reject(error);
      };
      connection.on('error', (error) => {
        pooled.dead = true;
        fail(error);
      });
      connection.once('end', () => {
        pooled.dead = true;
        // The reason, where there is one, is told right after.
        setImmediate(() => fail(Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' })));
      });
      connection.connect((error) => {
        if (error) return fail(error);
        if (!auth || !connection.allowsAuth) return resolve(pooled);
        connection.login({ credentials: auth }, (refused) => (refused ? fail(refused) : resolve(pooled)));
      });
    });

  const discard = (pooled: Pooled) => {
    pooled.dead = true;
    if (pooled.idle) clearTimeout(pooled.idle);
    if (all.delete(pooled)) {
      pooled.connection.close();
      taken -= 1;
      waiting.shift()?.();
    }
  };

  const acquire = async (): Promise<Pooled> => {
    for (;;) {
      if (closed) throw Object.assign(new Error('The pool is closed'), { code: 'ECONNECTION' });
      const free = idle.pop();
      if (free) {
        if (free.idle) clearTimeout(free.idle);
        free.idle = null;
        if (!free.dead) return free;
        discard(free);
        continue;
      }
      if (taken < options.connections) {
        taken += 1;
        try {
          const opened = await open();
          all.add(opened);
          return opened;
        } catch (error) {
          taken -= 1;
          waiting.shift()?.();
          throw error;
        }
      }
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
  };

  const release = (pooled: Pooled) => {
    if (closed || pooled.dead || pooled.messages >= options.messagesPerConnection) return discard(pooled);
    pooled.idle = setTimeout(() => {
      idle.splice(idle.indexOf(pooled), 1);
      discard(pooled);
    }, options.idleMs);
    pooled.idle.unref();
    idle.push(pooled);
    waiting.shift()?.();
  };

  const send: SmtpPool['send'] = async (envelope, message) => {
    for (let fresh = false; ; ) {
      const pooled = await acquire();
      const reused = pooled.messages > 0;
      try {
        const info = await sendOver(pooled.connection, envelope, message);
        pooled.messages += 1;
        release(pooled);
        return info;
      } catch (error) {
        const { code, responseCode, handedOver } = error as HandedError;
        const refused = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421;
        if (refused && !pooled.dead) {
          // The server refused this message; the connection is fine once it is reset.
          pooled.connection.reset((failed) => (failed ? discard(pooled) : release(pooled)));
          throw error;
        }
        discard(pooled);
        // Servers hang up on connections that were idle; nothing had gone out, so a new one is tried, once.
        if (reused && !fresh && !handedOver && !responseCode) {
          fresh = true;
          continue;
        }
        throw error;
      }
    }
  };

  return {
    send,
    async verify() {
      const pooled = await acquire();
      release(pooled);
    },
    close() {
      closed = true;
      for (const pooled of idle.splice(0)) discard(pooled);
      for (const wake of waiting.splice(0)) wake();
    },
  };
}

type HandedError = Error & { code?: string; responseCode?: number; handedOver?: boolean };

function sendOver(
  connection: SMTPConnection,
  envelope: { from: string; to: string },
  message: string | Buffer,
): Promise<{ serverMessageId?: string }> {
  return new Promise((resolve, reject) => {
    let handedOver = false;
    // All that the connection asks of a stream, and asked only once the server waits for the message.
    const source = {
      pipe(target: Writable) {
        handedOver = true;
        // The message and the dot that ends it leave together: each write costs more than encoding the message.
        const { _socket: socket } = connection as unknown as { _socket?: Socket };
        socket?.cork();
        target.end(message);
        setImmediate(() => socket?.uncork());
        return target;
      },
    } as unknown as Readable;
    connection.send({ from: envelope.from, to: [envelope.to] }, source, (error, info) => {
      if (error) reject(Object.assign(error, { handedOver }));
      else resolve(info);
    });
  });
}
