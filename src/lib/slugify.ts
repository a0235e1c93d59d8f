/** A public name for an address: lower-case ASCII words with hyphens, at most `maxLength` long; empty when nothing is left. */
export function slugify(text: string, maxLength = 60): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (words.length <= maxLength) return words;
  const cut = words.slice(0, maxLength);
  const lastWordEnd = words[maxLength] === '-' ? maxLength : cut.lastIndexOf('-');
  return cut.slice(0, lastWordEnd > maxLength / 2 ? lastWordEnd : maxLength).replace(/-+$/, '');
}
