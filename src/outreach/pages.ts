import type { Language } from '../employers/types.ts';
import type { PageData } from '../http/views.ts';
import type { MailboxMessage, MailboxPage } from '../mail/local-mailbox.ts';
import { PAUSE_DAYS } from './forms.ts';
import {
  choosePath,
  mailboxMessagePath,
  mailboxPath,
  neverEmployerPath,
  resumePath,
  undoChoicePath,
  unsubscribePath,
} from './paths.ts';
import type { ChosenPreference, PreferenceFacts, StopLink } from './queries.ts';
import type { PreferenceKind } from './types.ts';
import { WORDS } from './words.ts';

type Button = { action: string; text: string; isMain: boolean; before: string };

/** The page behind an unsubscribe link: a button before, a way back after. */
export function stopPage(
  token: string,
  link: StopLink,
  event: 'opened' | 'resumed' | 'chosen' = 'opened',
  preferences: PreferenceFacts | null = null,
): PageData {
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
    notice: event === 'chosen' ? { kind: 'success', text: words.savedText } : null,
    preferences:
      link.suppressedFor === null && preferences ? choices(token, link.language, preferences) : null,
  });
  const stop: Button = {
    action: unsubscribePath(token),
    text: words.askButton,
    isMain: event !== 'resumed',
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

/** What a person can choose short of stopping everything, and what they chose. */
function choices(token: string, language: Language, facts: PreferenceFacts) {
  const words = WORDS[language];
  const has = (kind: PreferenceKind) => facts.chosen.some((choice) => choice.kind === kind);
  const refused = facts.chosen.map((choice) => choice.agency);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const textOf = (choice: ChosenPreference) => {
    switch (choice.kind) {
      case 'paused':
        return `${words.paused} ${day.format(choice.until ?? undefined)}.`;
      case 'less_often':
        return words.lessText;
      case 'not_agency':
        return `${words.notAgencyText} ${choice.agency}`;
      case 'not_employer':
        return `${words.employerLink}: ${facts.employer}`;
    }
  };
  return {
    title: words.choicesTitle,
    action: `${choosePath(token)}?lang=${language}`,
    undoAction: `${undoChoicePath(token)}?lang=${language}`,
    undo: words.undo,
    chosenTitle: words.chosenTitle,
    chosen: facts.chosen.map((choice) => ({ id: choice.id, text: textOf(choice) })),
    pauseLegend: words.pauseLegend,
    pauseItems: PAUSE_DAYS.map((days) => ({ value: days, text: `${days} ${words.days}` })),
    pauseButton: words.pauseButton,
    lessText: has('less_often') ? null : words.lessText,
    lessButton: words.lessButton,
    agencies: facts.agencies
      .filter(({ name }) => !refused.includes(name))
      .map(({ id, name }) => ({
        id,
        text: `${words.notAgencyText} ${name}`,
        button: words.notAgencyButton,
      })),
    employerHref: has('not_employer') ? null : `${neverEmployerPath(token)}?lang=${language}`,
    employerLink: words.employerLink,
  };
}

/** Asks once more before a choice that colleagues feel too. */
export function confirmEmployerPage(token: string, language: Language, employer: string): PageData {
  const words = WORDS[language];
  return {
    title: words.employerTitle,
    lang: language,
    languages: [],
    sentences: [`${words.employerWhat} ${employer}.`, words.employerKeeps],
    action: `${choosePath(token)}?lang=${language}`,
    button: words.employerButton,
    cancel: words.cancel,
    back: { href: `${unsubscribePath(token)}?lang=${language}` },
  };
}

export function unknownLinkPage(language: Language): PageData {
  const words = WORDS[language];
  return {
    title: words.unknownTitle,
    lang: language,
    sentences: [words.unknownWhat],
    button: null,
    notice: null,
    preferences: null,
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
