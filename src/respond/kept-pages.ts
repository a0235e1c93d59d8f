/** What differs between two employers who see the same page. */
export type Own = { token: string; askId: string; shownAt: string };

/** Stands for each in a page that is kept. The character is for private use and in no text that we print. */
export const HOLES: Own = {
  token: '\ue000token\ue000',
  askId: '\ue000askId\ue000',
  shownAt: '\ue000shownAt\ue000',
};
const HOLE = /\ue000(token|askId|shownAt)\ue000/;

const MAX_PAGES = 1_000;

/** Text, then the name of what stands after it, and so on. */
type Parts = readonly string[];

/**
 * Pages as rendered, by a key of all that they show. A wave asks hundreds of employers the same questions within an hour:
 * their pages differ in the link and two numbers, so the rest is rendered once. The key holds the content, so a page that
 * is kept is never out of date.
 */
export function createKeptPages(): (key: string, own: Own, render: () => string) => string {
  const pages = new Map<string, Parts>();
  return (key, own, render) => {
    let parts = pages.get(key);
    if (!parts) {
      parts = render().split(HOLE);
      if (pages.size >= MAX_PAGES) pages.clear();
      pages.set(key, parts);
    }
    let html = parts[0]!;
    for (let at = 1; at < parts.length; at += 2) html += own[parts[at] as keyof Own] + parts[at + 1]!;
    return html;
  };
}
