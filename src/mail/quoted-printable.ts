const LINE_LENGTH = 76;
const SPECIAL = /[^\n\t\x20-\x7e]+/;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'g');

/** RFC 2045 quoted-printable of a text, with CRLF line ends. No output contains `=_`, so boundaries may. */
export function encodeQuotedPrintable(text: string): string {
  const unified = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  // The whole text in one pass: most mails are plain but for a few quotation marks.
  const marked = unified.includes('=') ? unified.replaceAll('=', '=3D') : unified;
  const escaped = SPECIAL.test(marked) ? marked.replace(EVERY_SPECIAL, encodeCharacters) : marked;
  const lines = escaped.split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] as string;
    const last = line.charCodeAt(line.length - 1);
    if (line.length > LINE_LENGTH || last === SPACE || last === TAB) lines[i] = fold(line);
  }
  return lines.join('\r\n');
}

const SPACE = 0x20;
const TAB = 0x09;

/** Cuts a long line, and guards white space at its end, which mail servers may drop. */
function fold(line: string): string {
  const last = line.at(-1);
  const rest = last === ' ' ? `${line.slice(0, -1)}=20` : last === '\t' ? `${line.slice(0, -1)}=09` : line;
  let folded = '';
  let start = 0;
  while (rest.length - start > LINE_LENGTH) {
    let end = start + LINE_LENGTH - 1;
    // An escape is three characters and stays whole.
    if (rest[end - 1] === '=') end -= 1;
    else if (rest[end - 2] === '=') end -= 2;
    folded += `${rest.slice(start, end)}=\r\n`;
    start = end;
  }
  return folded + rest.slice(start);
}

const known = new Map<string, string>();
const KNOWN_LIMIT = 1_000;

/** Whole runs, so that the halves of a surrogate pair stay together. */
function encodeCharacters(run: string): string {
  const before = known.get(run);
  if (before !== undefined) return before;
  let escaped = '';
  for (const byte of Buffer.from(run, 'utf8')) {
    escaped += `=${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  if (run.length <= 8 && known.size < KNOWN_LIMIT) known.set(run, escaped);
  return escaped;
}
