import type { Language } from '../employers/types.ts';

/** Steps of an invitation, as they stand in the address after the token. */
export type RespondStep =
  | 'about'
  | 'you'
  | 'connection'
  | `c/${number}`
  | `m/${number}`
  | 'check'
  | 'send'
  | 'thanks'
  | 'decline'
  | 'colleague'
  | 'withdraw';

/** The address of one step. A language other than the invitation's own travels in the query until a POST stores it. */
export function respondPath(token: string, step?: RespondStep, language?: Language): string {
  return `/r/${token}${step ? `/${step}` : ''}${language ? `?lang=${language}` : ''}`;
}

/** A mailed link by which somebody says that an answer is theirs. */
export function confirmPath(token: string, language?: Language): string {
  return `/v/${token}${language && language !== 'en' ? `?lang=${language}` : ''}`;
}
