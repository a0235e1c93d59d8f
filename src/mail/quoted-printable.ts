const LINE_LENGTH = 76;
const PLAIN_LINE = /^(?:[\x21-\x3c\x3e-\x7e]|[\t ](?=.))*$/;
const SPECIAL = /[^\t\x20-\x3c\x3e-\x7e]/gu;

/** RFC 2045 quoted-printable of a text, with CRLF line ends. No output contains `=_`, so boundaries may. */
export function encodeQuotedPrintable(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] as string;
    if (line.length > LINE_LENGTH || !PLAIN_LINE.test(line)) lines[i] = encodeLine(line);
  }
  return lines.join('\r\n');
}

function encodeLine(line: string): string {
  let rest = line.replace(SPECIAL, encodeCharacter);
  const last = rest.at(-1);
  if (last === ' ' || last === '\t') rest = rest.slice(0, -1) + encodeCharacter(last);
  if (rest.length <= LINE_LENGTH) return rest;
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

function encodeCharacter(character: string): string {
  let escaped = '';
  for (const byte of Buffer.from(character, 'utf8')) {
    escaped += `=${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  return escaped;
}
