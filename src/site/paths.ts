export const homePath = '/';
export const accessibilityPath = '/accessibility';
export const privacyPath = '/privacy';
export const committeesPath = '/committees';

export function listPath(slug: string): string {
  return `/lists/${slug}`;
}

/** What was decided about a credential on a list. */
export function decisionPath(listSlug: string, credentialSlug: string): string {
  return `${listPath(listSlug)}/${credentialSlug}`;
}

export function credentialPath(slug: string): string {
  return `/credentials/${slug}`;
}

/** The same in JSON-LD, beside the page: the policy for scripts leaves no room for it within. */
export function credentialDataPath(slug: string): string {
  return `${credentialPath(slug)}/data.jsonld`;
}
