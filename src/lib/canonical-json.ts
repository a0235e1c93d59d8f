/**
 * The one byte form of a JSON value by RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code
 * units of their names, no white space, numbers and strings as ECMAScript writes them.
 *
 * Everything that JSON cannot carry without loss is refused with a TypeError that names the place: undefined,
 * functions, symbols, bigints, NaN and the infinities, holes in arrays, lone surrogates, and objects that are not
 * plain (a Date must be written as text by whoever knows which form is meant).
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

/** In a u-flagged pattern a surrogate pair is one character, so only an unpaired half matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;

function write(value: unknown, place: string): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, place);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${place} is ${value}, which JSON cannot carry`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, place) : writeObject(value, place);
    default:
      throw new TypeError(`${place} is ${typeof value}, which JSON cannot carry`);
  }
}

function writeString(value: string, place: string): string {
  if (LONE_SURROGATE.test(value))
    throw new TypeError(`${place} holds a lone surrogate, which UTF-8 cannot carry`);
  return JSON.stringify(value);
}

function writeArray(value: readonly unknown[], place: string): string {
  const items: string[] = [];
  // Not map(): it would skip holes.
  for (let index = 0; index < value.length; index += 1) items.push(write(value[index], `${place}[${index}]`));
  return `[${items.join(',')}]`;
}

function writeObject(value: object, place: string): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${place} is not a plain object`);
  }
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    // The default order of sort() is the order of UTF-16 code units, as section 3.2.3 of the RFC asks.
    .sort()
    .map(
      (name) => `${writeString(name, `${place}, a member name,`)}:${write(record[name], `${place}.${name}`)}`,
    );
  return `{${members.join(',')}}`;
}
