/**
 * The one byte form of a JSON value by RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code
 * units of their names, no white space, numbers and strings as ECMAScript writes them.
 *
 * Everything that JSON cannot carry without loss is refused with a TypeError that names the place: undefined,
 * functions, symbols, bigints, NaN and the infinities, holes in arrays, lone surrogates, and objects that are not
 * plain (a Date must be written as text by whoever knows which form is meant).
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

/** In a u-flagged pattern a surrogate pair is one character, so only an unpaired half matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** `path` is where the value stands; one array is shared by the whole walk, as most walks never tell it. */
type Path = (string | number)[];

function write(value: unknown, path: Path): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw refusal(path, `is ${value}, which JSON cannot carry`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, path) : writeObject(value, path);
    default:
      throw refusal(path, `is ${typeof value}, which JSON cannot carry`);
  }
}

/** Nothing in such a text is escaped. Most are: names of members, times, ids. */
const PLAIN = /^[ !#-[\]-~]*$/;

function writeString(value: string, path: Path): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (LONE_SURROGATE.test(value)) throw refusal(path, 'holds a lone surrogate, which UTF-8 cannot carry');
  return JSON.stringify(value);
}

function writeArray(value: readonly unknown[], path: Path): string {
  const depth = path.length;
  let text = '[';
  // Not map(): it would skip holes.
  for (let index = 0; index < value.length; index += 1) {
    path[depth] = index;
    text += (index > 0 ? ',' : '') + write(value[index], path);
  }
  path.length = depth;
  return `${text}]`;
}

function writeObject(value: object, path: Path): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refusal(path, 'is not a plain object');
  const record = value as Record<string, unknown>;
  const depth = path.length;
  let text = '{';
  // The default order of sort() is the order of UTF-16 code units, as section 3.2.3 of the RFC asks.
  for (const name of Object.keys(record).sort()) {
    path[depth] = name;
    text += `${text.length > 1 ? ',' : ''}${writeString(name, path)}:${write(record[name], path)}`;
  }
  path.length = depth;
  return `${text}}`;
}

function refusal(path: Path, what: string): TypeError {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return new TypeError(`$${steps.join('')} ${what}`);
}
