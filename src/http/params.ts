import { DomainError } from '../lib/errors.ts';

/** A row's id from an address. What cannot be one is an address of nothing: the same 404 as an id nobody has. */
export function parseId(text: string): number {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new DomainError('not_found');
  return id;
}
