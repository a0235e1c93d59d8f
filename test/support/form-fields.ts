/** What a browser would send of a page's form, as it stands and without a button: every field that it shows. */
export function formFields(html: string, action: string): Record<string, string | string[]> {
  const form = html.match(new RegExp(`<form[^>]*method="post"[^>]*action="${action}"[\\s\\S]*?</form>`))?.[0];
  if (!form) throw new Error(`No form to ${action} on the page`);
  const sent: Record<string, string | string[]> = {};
  const add = (name: string, value: string) => {
    const before = sent[name];
    sent[name] = before === undefined ? value : [...[before].flat(), value];
  };
  const at = (tag: string, name: string) =>
    plainText(tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? '');
  for (const [element] of form.matchAll(
    /<input[^>]*>|<select[\s\S]*?<\/select>|<textarea[\s\S]*?<\/textarea>/g,
  )) {
    const opening = element.match(/^<[^>]*>/)![0];
    const name = at(opening, 'name');
    if (element.startsWith('<textarea')) {
      add(name, plainText(element.replace(/^<[^>]*>\n?/, '').replace(/<\/textarea>$/, '')));
    } else if (element.startsWith('<select')) {
      const options = [...element.matchAll(/<option[^>]*>/g)].map(([option]) => option);
      const chosen = options.find((option) => / selected/.test(option)) ?? options[0];
      if (chosen) add(name, at(chosen, 'value'));
    } else if (!/type="(checkbox|radio)"/.test(opening) || / checked/.test(opening)) {
      add(name, at(opening, 'value'));
    }
  }
  return sent;
}

function plainText(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
