import { startSmtpSink } from '../support/smtp-sink.ts';

// A mail sink in a process of its own, so that the sender is measured. Ends with its standard input.
const sink = await startSmtpSink();
process.stdout.write(`${sink.url}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
