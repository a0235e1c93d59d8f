import type { Language } from '../employers/types.ts';
import type { PageData } from '../http/views.ts';
import type { MailboxMessage, MailboxPage } from '../mail/local-mailbox.ts';
import { mailboxMessagePath, mailboxPath, resumePath, unsubscribePath } from './paths.ts';
import type { StopLink } from './queries.ts';
import { WORDS } from './words.ts';

type Button = { action: string; text: string; isMain: boolean; before: string };

/** The page behind an unsubscribe link: a button before, a way back after. */
export function stopPage(token: string, link: StopLink, event: 'opened' | 'resumed' = 'opened'): PageData {
  const words = WORDS[link.language];
  const languages = (['en', 'es'] as const)
    .filter((lang) => lang !== link.language)
    .map((lang) => ({
      lang,
      href: `${unsubscribePath(token)}?lang=${lang}`,
      text: lang === 'es' ? 'Español' : 'English',
    }));
  const page = (title: string, sentences: string[], button: Button | null): PageData => ({
    title,
    lang: link.language,
    languages,
    sentences,
    button,
  });
  const stop: Button = {
    action: unsubscribePath(token),
    text: words.askButton,
    isMain: event === 'opened',
    before: '',
  };
  if (link.suppressedFor === null) {
    return event === 'resumed'
      ? page(words.resumedTitle, [words.resumedWhat], null)
      : page(words.askTitle, [words.askWhat, words.askKeeps], stop);
  }
  if (link.suppressedFor !== 'unsubscribed') return page(words.fixedTitle, [words.fixedWhat], null);
  return page(words.stoppedTitle, [words.stoppedWhat, words.askKeeps], {
    action: resumePath(token),
    text: words.resumeButton,
    isMain: false,
    before: words.resumeWhat,
  });
}

export function unknownLinkPage(language: Language): PageData {
  const words = WORDS[language];
  return {
    title: words.unknownTitle,
    lang: language,
    sentences: [words.unknownWhat],
    button: null,
    languages: [],
  };
}

/** The local mailbox, newest first. */
export function mailboxListPage(page: MailboxPage, olderThan: string | null, zone: string): PageData {
  return {
    title: 'Local mailbox',
    zone,
    count: page.total,
    messages: page.messages.map((message) => ({
      href: mailboxMessagePath(message.id),
      subject: message.subject || '(no subject)',
      to: message.to,
      at: message.at,
    })),
    newest: olderThan ? mailboxPath() : null,
    next: page.olderThan ? `${mailboxPath()}?olderThan=${page.olderThan}` : null,
  };
}

export function mailboxMessagePage(message: MailboxMessage, zone: string): PageData {
  return {
    title: message.subject || '(no subject)',
    zone,
    breadcrumbs: [{ href: mailboxPath(), text: 'Local mailbox' }],
    rows: [
      { key: 'From', value: message.from },
      { key: 'To', value: message.to },
    ],
    at: message.at,
    frameSrc: `${mailboxMessagePath(message.id)}/html`,
    text: message.text,
    headers: message.headers,
    attachments: message.attachments.map(({ filename, mimeType, content }) => ({
      name: filename || mimeType,
      mimeType,
      content,
    })),
  };
}
