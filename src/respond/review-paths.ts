/** The console's pages about how answers came. */
export const reviewPaths = {
  list: '/staff/answers/review',
  lookedAt: '/staff/answers/review/looked-at',
  answer: (invitationId: number | ':id') => `/staff/answers/${invitationId}`,
  release: (invitationId: number | ':id') => `/staff/answers/${invitationId}/release`,
  machine: (invitationId: number | ':id') => `/staff/answers/${invitationId}/machine`,
  agree: (invitationId: number | ':id') => `/staff/answers/${invitationId}/agree`,
  submissions: '/staff/submissions',
  newSubmission: '/staff/submissions/new',
  submission: (id: number | ':id') => `/staff/submissions/${id}`,
  look: (id: number | ':id') => `/staff/submissions/${id}/look`,
  match: (id: number | ':id') => `/staff/submissions/${id}/match`,
  reject: (id: number | ':id') => `/staff/submissions/${id}/reject`,
  openList: (slug: string) => `/staff/lists/${slug}/open-link`,
  closeList: (slug: string) => `/staff/lists/${slug}/close-link`,
};

export function enterPath(query: { credential: string; employer?: number; corrects?: number }): string {
  const search = new URLSearchParams({ credential: query.credential });
  if (query.employer !== undefined) search.set('employer', String(query.employer));
  if (query.corrects !== undefined) search.set('corrects', String(query.corrects));
  return `${reviewPaths.newSubmission}?${search}`;
}

/** The public page on which anybody speaks of a credential for their employer. */
export function openAnswerPath(listSlug: string, credentialSlug: string, language?: 'es'): string {
  return `/lists/${listSlug}/${credentialSlug}/answer${language ? `?lang=${language}` : ''}`;
}
