/** Ids of an agency's own system are kept apart from equal ids of other agencies, which share the register. */
export function scopedId(agencyId: number, externalId: string): string {
  return `${agencyId}:${externalId}`;
}

/** The id as the agency wrote it. */
export function unscopedId(externalId: string): string {
  return externalId.slice(externalId.indexOf(':') + 1);
}
