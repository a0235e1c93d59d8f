export const employerPaths = {
  list: '/staff/employers',
  employer: (id: number) => `/staff/employers/${id}`,
  contact: (employerId: number, contactId: number) => `/staff/employers/${employerId}/contacts/${contactId}`,
  duplicates: '/staff/employers/duplicates',
  duplicate: (id: number) => `/staff/employers/duplicates/${id}`,
  reopenDuplicate: (id: number) => `/staff/employers/duplicates/${id}/reopen`,
  confirmChange: (id: number) => `/staff/employers/duplicates/${id}/confirm`,
  withdrawChange: (id: number) => `/staff/employers/duplicates/${id}/withdraw`,
  edit: (id: number) => `/staff/employers/${id}/edit`,
  duplicateOf: (id: number) => `/staff/employers/${id}/duplicate-of`,
  newSite: (id: number) => `/staff/employers/${id}/sites/new`,
  site: (id: number, siteId: number) => `/staff/employers/${id}/sites/${siteId}`,
  closeSite: (id: number, siteId: number) => `/staff/employers/${id}/sites/${siteId}/close`,
  placeContact: (id: number, contactId: number) => `/staff/employers/${id}/contacts/${contactId}/site`,
};

export const importPaths = {
  list: '/staff/imports',
  create: '/staff/imports/new',
  one: (id: number) => `/staff/imports/${id}`,
  columns: (id: number) => `/staff/imports/${id}/columns`,
  confirm: (id: number) => `/staff/imports/${id}/confirm`,
  cancel: (id: number) => `/staff/imports/${id}/cancel`,
  issues: (id: number) => `/staff/imports/${id}/issues`,
  issuesFile: (id: number) => `/staff/imports/${id}/issues.csv`,
};

/** The path with those of the values that are set, in a stable order. */
export function withQuery(path: string, query: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}
