export const homePath = '/staff';

export function whatIfPath(slug: string, query: { under?: string; against?: string } = {}): string {
  const text = new URLSearchParams(query).toString();
  return `/staff/credentials/${slug}/what-if${text ? `?${text}` : ''}`;
}

export function storyPath(
  slug: string,
  query: { policy?: number; show?: string; page?: number } = {},
): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) search.set(key, String(value));
  }
  const text = search.toString();
  return `/staff/credentials/${slug}/story${text ? `?${text}` : ''}`;
}
export const unlockSendingPath = '/staff/sending/unlock';
