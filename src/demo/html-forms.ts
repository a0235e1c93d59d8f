/**
 * Reads the forms and links of our own pages the way a browser without scripts would, so that a simulated
 * employer answers through what is really on the page. It covers the HTML that this product renders, no more.
 */

export type FormControl = {
  name: string;
  type: 'hidden' | 'text' | 'radio' | 'checkbox' | 'select' | 'textarea' | 'submit';
  /** What is sent when nobody touches the control; null sends nothing (an unchecked radio). */
  initial: string | null;
  /** For radios, checkboxes, selects and buttons: the values that can be chosen. */
  values: string[];
};

export type HtmlForm = { action: string; method: 'get' | 'post'; controls: FormControl[]; text: string };

export function readForms(html: string): HtmlForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map((match) => {
    const attributes = readAttributes(match[1]!);
    const body = match[2]!;
    return {
      action: attributes.get('action') ?? '',
      method: attributes.get('method')?.toLowerCase() === 'post' ? 'post' : 'get',
      controls: readControls(body),
      text: readText(body),
    };
  });
}

export type HtmlLink = { href: string; text: string };

export function readLinks(html: string): HtmlLink[] {
  return [...html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/gi)].flatMap((match) => {
    const href = readAttributes(match[1]!).get('href');
    return href === undefined ? [] : [{ href, text: readText(match[2]!) }];
  });
}

/** The visible text with white space collapsed. */
export function readText(html: string): string {
  return decodeEntities(html.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The body that a browser would send: every untouched control as it stands, `filled` over it,
 * and the one button that was pressed.
 */
export function fillForm(
  form: HtmlForm,
  filled: Record<string, string>,
  button?: { name: string; value: string },
): URLSearchParams {
  const body = new URLSearchParams();
  for (const control of form.controls) {
    if (control.type === 'submit') continue;
    const value = filled[control.name] ?? control.initial;
    if (value !== null && value !== undefined) body.append(control.name, value);
  }
  if (button) body.append(button.name, button.value);
  return body;
}

function readControls(html: string): FormControl[] {
  const controls: FormControl[] = [];
  const groups = new Map<string, FormControl>();
  const pattern =
    /<input\b([^>]*)>|<button\b([^>]*)>|<textarea\b([^>]*)>([\s\S]*?)<\/textarea>|<select\b([^>]*)>([\s\S]*?)<\/select>/gi;
  for (const [, input, button, textarea, text, select, options] of html.matchAll(pattern)) {
    const attributes = readAttributes(input ?? button ?? textarea ?? select ?? '');
    const name = attributes.get('name');
    if (!name || attributes.has('disabled')) continue;
    const value = attributes.get('value') ?? '';
    if (button !== undefined) {
      if ((attributes.get('type') ?? 'submit') === 'submit') {
        addToGroup(controls, groups, { name, type: 'submit', initial: null, values: [value] });
      }
    } else if (textarea !== undefined) {
      const initial = decodeEntities(text ?? '').replace(/^\n/, '');
      controls.push({ name, type: 'textarea', initial, values: [] });
    } else if (select !== undefined) {
      controls.push(readSelect(name, options ?? ''));
    } else {
      const type = attributes.get('type')?.toLowerCase() ?? 'text';
      if (type === 'radio' || type === 'checkbox') {
        const checkedValue = attributes.get('value') ?? 'on';
        const initial = attributes.has('checked') ? checkedValue : null;
        addToGroup(controls, groups, { name, type, initial, values: [checkedValue] });
      } else if (type === 'submit') {
        addToGroup(controls, groups, { name, type, initial: null, values: [value] });
      } else {
        controls.push({ name, type: type === 'hidden' ? 'hidden' : 'text', initial: value, values: [] });
      }
    }
  }
  return controls;
}

/** Radios, checkboxes and buttons of one name are one control with several values. */
function addToGroup(controls: FormControl[], groups: Map<string, FormControl>, control: FormControl): void {
  const key = `${control.type}:${control.name}`;
  const group = groups.get(key);
  if (!group) {
    groups.set(key, control);
    controls.push(control);
    return;
  }
  group.values.push(...control.values);
  group.initial ??= control.initial;
}

function readSelect(name: string, html: string): FormControl {
  const options = [...html.matchAll(/<option\b([^>]*)>([^<]*)/gi)].map((match) => {
    const attributes = readAttributes(match[1]!);
    return {
      value: attributes.get('value') ?? readText(match[2]!),
      selected: attributes.has('selected'),
    };
  });
  const initial = options.find((option) => option.selected) ?? options[0];
  return {
    name,
    type: 'select',
    initial: initial?.value ?? null,
    values: options.map((option) => option.value),
  };
}

function readAttributes(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([a-zA-Z_:][-\w:.]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)].map(
      (match) => [match[1]!.toLowerCase(), decodeEntities(match[2] ?? match[3] ?? match[4] ?? '')],
    ),
  );
}

const NAMED_ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return NAMED_ENTITIES[name] ?? entity;
  });
}
