const LINE_LENGTH = 76;
const SPECIAL = /[^\n\t\x20-\x3c\x3e-\x7e]/u;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'gu');

/** RFC 2045 quoted-printable of a text, with CRLF line ends. No output contains `=_`, so boundaries may. */
export function encodeQuotedPrintable(text: string): string {
  const unified = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  // The whole text in one pass: most mails are plain but for a few quotation marks.
  const escaped = SPECIAL.test(unified) ? unified.replace(EVERY_SPECIAL, encodeCharacter) : unified;
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

function encodeCharacter(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  let escaped = '';
  for (const byte of Buffer.from(character, 'utf8')) {
    escaped += `=${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  if (known.size < KNOWN_LIMIT) known.set(character, escaped);
  return escaped;
}
