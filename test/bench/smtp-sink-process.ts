import { createInterface } from 'node:readline';
import { startSmtpSink } from '../support/smtp-sink.ts';

// A mail sink in a process of its own, so that the sender is measured. Prints its address. Each line of its input is a
// number of mails to take from then on: it answers, in JSON, when the first and the last of them had come. Ends with
// its input.
let times: number[] = [];
const sink = await startSmtpSink({
  atMessage: () => {
    times.push(Date.now());
    return undefined;
  },
});
process.stdout.write(`${sink.url}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  times = [];
  process.stdout.write('counting\n');
  await sink.received(sink.messages.length + Number(line));
  process.stdout.write(`${JSON.stringify({ first: times[0], last: times.at(-1) })}\n`);
}
process.exit(0);
