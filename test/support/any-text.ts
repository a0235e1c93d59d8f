import fc from 'fast-check';

/**
 * Text of any characters, halves of surrogate pairs and controls included. fast-check's own `unit: 'binary'` covers the
 * same ground but takes a second to set up.
 */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const character = fc.oneof(
    fc.integer({ min: 0x20, max: 0x7e }),
    fc.integer({ min: 0, max: 0xff }),
    fc.integer({ min: 0, max: 0x10ffff }),
  );
  return fc.array(character, { maxLength }).map((points) => String.fromCodePoint(...points));
}
