/**
 * Decodes base64 or base64url as it must be written: no other characters, no missing or surplus padding, no stray bits.
 * Node's own decoder lets all of that pass, so that several texts would mean the same bytes. Null when it is not so.
 */
export function decodeStrict(text: string, encoding: 'base64' | 'base64url' = 'base64'): Buffer | null {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : null;
}
