import { openSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Delivery, SinkFault, SinkOrder, SinkReport, SinkStage } from './sink.ts';

/**
 * A mail server in a process of its own, to be killed. What it takes is in its journal before it says 250, so that
 * the journal knows more than any client. It misbehaves as its parent orders over IPC.
 *   sink-process.ts PORT JOURNAL
 */
const [port = '0', journalPath = ''] = process.argv.slice(2);
const journal = openSync(journalPath, 'a');
const report = (message: SinkReport) => process.send?.(message);

let faults: SinkFault[] = [];
/** How often each fault has struck. */
let struck: number[] = [];
let accepted: Delivery[] = [];
/** Connections that wait for the parent's word. */
let held: (() => void)[] = [];

process.on('message', (order: SinkOrder) => {
  if ('faults' in order) {
    const unused = faults.filter(({ times }, i) => struck[i]! < (times ?? 1)).length;
    faults = order.faults;
    struck = faults.map(() => 0);
    report({ unused });
  } else {
    const waiting = held;
    held = [];
    for (const go of waiting) go();
  }
});
process.on('disconnect', () => process.exit(0));

/** The fault that strikes at this stage, counted. */
function strike(stage: SinkStage, to: string): SinkFault | null {
  for (const [i, fault] of faults.entries()) {
    if (fault.stage !== stage || (fault.to !== undefined && fault.to !== to)) continue;
    if (fault.times !== undefined && struck[i]! >= fault.times) continue;
    struck[i]! += 1;
    return fault;
  }
  return null;
}

function accept(delivery: Delivery): void {
  writeSync(journal, `${JSON.stringify(delivery)}\n`);
  accepted.push(delivery);
  if (accepted.length > 1) return;
  setImmediate(() => {
    report({ accepted });
    accepted = [];
  });
}

const server = createServer((socket: Socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let user = '';
  let from = '';
  let to = '';
  let startedAt = 0;
  let buffered = '';
  let reading = false;
  let busy = false;

  /** Says the usual, or what was ordered instead. False when the conversation is over or stands still. */
  const answer = async (fault: SinkFault | null, usual: string): Promise<boolean> => {
    switch (fault?.does) {
      case 'hang':
        return false;
      case 'drop':
        socket.destroy();
        return false;
      case 'reply':
        socket.write(`${fault.reply}\r\n`);
        if (fault.reply.startsWith('421')) socket.end();
        return !fault.reply.startsWith('421');
      case 'slow':
        await wait(fault.ms);
        break;
      case 'hold':
        await new Promise<void>((resolve) => {
          held.push(resolve);
          report({ holding: fault.stage });
        });
        break;
    }
    socket.write(`${usual}\r\n`);
    return true;
  };
  const say = (stage: SinkStage, usual: string) => answer(strike(stage, to), usual);

  const take = async (line: string): Promise<boolean> => {
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
        return say('ehlo', '250-sink.example\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES');
      case 'AUTH':
        user =
          Buffer.from(line.split(' ')[2] ?? '', 'base64')
            .toString()
            .split('\0')[1] ?? '';
        return say('auth', '235 2.7.0 welcome');
      case 'MAIL':
        startedAt = Date.now();
        to = '';
        from = /<([^>]*)>/.exec(line)?.[1] ?? '';
        return say('mail', '250 2.1.0 ok');
      case 'RCPT':
        to = /<([^>]*)>/.exec(line)?.[1] ?? '';
        return say('rcpt', '250 2.1.5 ok');
      case 'DATA': {
        const fault = strike('data', to);
        const goesOn = await answer(fault, '354 go on');
        reading = goesOn && fault?.does !== 'reply';
        return goesOn;
      }
      case 'QUIT':
        socket.end('221 2.0.0 bye\r\n');
        return false;
      default:
        socket.write('250 2.0.0 ok\r\n');
        return true;
    }
  };

  const finish = async (source: string): Promise<boolean> => {
    const untaken = strike('body', to);
    if (untaken) return answer(untaken, '451 4.3.0 lost it');
    const fault = strike('message', to);
    if (fault?.does !== 'reply') {
      accept({
        user,
        from,
        to,
        messageId: /^message-id: *<([^>]+)>/im.exec(source)?.[1] ?? '',
        link: /\/r\/([A-Za-z0-9_-]{32})/.exec(source.replaceAll('=\r\n', ''))?.[1] ?? null,
        startedAt,
        acceptedAt: Date.now(),
      });
    }
    return answer(fault, '250 2.0.0 queued');
  };

  const work = async () => {
    busy = true;
    for (;;) {
      const mark = reading ? '\r\n.\r\n' : '\r\n';
      const end = buffered.indexOf(mark);
      if (end < 0) break;
      const part = buffered.slice(0, end);
      buffered = buffered.slice(end + mark.length);
      let goesOn: boolean;
      if (reading) {
        reading = false;
        goesOn = await finish(`${part}\r\n`);
      } else goesOn = await take(part);
      if (!goesOn) return;
    }
    busy = false;
  };

  socket.on('data', (chunk) => {
    buffered += chunk.toString('latin1');
    if (!busy) void work();
  });
  busy = true;
  void say('greeting', '220 sink.example ESMTP').then((goesOn) => {
    if (!goesOn) return;
    busy = false;
    void work();
  });
});

server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  report({ port: typeof address === 'object' && address ? address.port : 0 });
});
