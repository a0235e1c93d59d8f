import { readCheckpoint } from './checkpoint.ts';

/** Checkpoints in any text that holds them, such as a saved mail: three lines, a blank one, signatures. */
export function findNotes(text: string): string[] {
  const plain = decodeSoftBreaks(text).replaceAll('\r\n', '\n');
  const pattern = /^[^\s+]+\n(?:0|[1-9][0-9]*)\n[A-Za-z0-9+/]{43}=\n\n(?:\u2014 [^\s+]+ \S+\n)+/gm;
  return (plain.match(pattern) ?? []).filter((note) => readCheckpoint(note) !== null);
}

/** Mail bodies are often quoted-printable: lines broken by "=", other characters as =XX. */
function decodeSoftBreaks(text: string): string {
  if (!/^content-transfer-encoding:\s*quoted-printable/im.test(text)) return text;
  const joined = text.replace(/=\r?\n/g, '');
  const bytes = joined.replace(/(?:=[0-9A-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('=', ''), 'hex').toString('utf8'),
  );
  return bytes;
}
