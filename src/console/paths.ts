export const homePath = '/staff';

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
