export const homePath = '/';
export const accessibilityPath = '/accessibility';
export const privacyPath = '/privacy';
export const committeesPath = '/committees';

export function listPath(slug: string): string {
  return `/lists/${slug}`;
}

export function credentialPath(slug: string): string {
  return `/credentials/${slug}`;
}
