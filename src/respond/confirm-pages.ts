import type { Language } from '../employers/types.ts';
import type { InstrumentBody } from '../surveys/types.ts';
import type { Confirmation } from './confirmation-queries.ts';
import { answerRows, type RefusedForm } from './pages.ts';
import { confirmPath } from './paths.ts';
import { TEXT } from './text.ts';

export type ConfirmContext = { token: string; language: Language; confirmation: Confirmation };

function shell({ token, language, confirmation }: ConfirmContext, title: string) {
  const other = language === 'en' ? 'es' : 'en';
  const { agency } = confirmation;
  return {
    lang: language,
    text: TEXT[language],
    title,
    agency: {
      name: agency.name,
      address: agency.postalAddress,
      contactEmail: agency.replyTo,
      contactPhone: agency.phone,
    },
    languages: [
      { href: `/v/${token}?lang=${other}`, lang: other as Language, text: TEXT[other].languageName },
    ],
    back: null,
  };
}

/** The answers, and whether they are the reader's: asked again, never assumed from opening the link. */
export function confirmPage(
  context: ConfirmContext & { instruments: ReadonlyMap<number, InstrumentBody>; shownAt: string },
  form?: RefusedForm,
) {
  const { token, language, confirmation } = context;
  const text = TEXT[language];
  return {
    ...shell(context, text.confirmTitle),
    errors: form?.errors ?? [],
    values: form?.values ?? {},
    action: confirmPath(token, language),
    employer: text.confirmFor(confirmation.employer),
    because: text.confirmBecause[confirmation.kind],
    sections: confirmation.said.map(({ credential, instrumentVersionId, familiar, values }) => ({
      heading: credential,
      rows: answerRows(
        context.instruments.get(instrumentVersionId)!,
        familiar ? { familiar, values } : { familiar: false },
        language,
      ).map((row) => ({ ...row, action: null })),
    })),
    shownAt: context.shownAt,
    items: [
      { value: 'mine', text: text.confirmMine },
      { value: 'not_mine', text: text.confirmNotMine, hint: text.confirmNotMineHint },
    ],
  };
}

/** What became of it; the same page whenever the link is opened again. */
export function settledPage(context: ConfirmContext, state: 'mine' | 'not_mine' | 'expired') {
  const text = TEXT[context.language];
  const words = {
    mine: [
      text.confirmedTitle,
      context.confirmation.kind === 'open_link' ? text.confirmedOpenText : text.confirmedText,
    ],
    not_mine: [text.disownedTitle, text.disownedText],
    expired: [text.confirmExpiredTitle, text.confirmExpiredText],
  } as const;
  const [title, sentence] = words[state];
  return {
    ...shell(context, title),
    errors: [],
    values: {},
    sentences: [sentence],
    nothing: null,
    typed: null,
  };
}
