import type { Language } from '../employers/types.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import type { InstrumentBody, NoticeBody } from '../surveys/types.ts';
import type { findOpenList } from './open-queries.ts';
import { OPEN_TEXT } from './open-text.ts';
import { withQuestions } from './pages.ts';
import { openAnswerPath } from './review-paths.ts';

type OpenList = NonNullable<Awaited<ReturnType<typeof findOpenList>>>;
type Credential = { slug: string; name: string; issuer: string };

export type OpenContext = { list: OpenList; credential: Credential; language: Language };

function shell({ list, credential, language }: OpenContext, title: string) {
  const { agency } = list;
  const other = language === 'en' ? 'es' : 'en';
  return {
    lang: language,
    text: OPEN_TEXT[language],
    title,
    agency: {
      name: agency.name,
      address: agency.postalAddress,
      contactEmail: agency.replyTo,
      contactPhone: agency.phone,
    },
    languages: [
      {
        href: `${openAnswerPath(list.slug, credential.slug)}?lang=${other}`,
        lang: other as Language,
        text: OPEN_TEXT[other].languageName,
      },
    ],
    back: null,
  };
}

/** One page for everything: whoever comes here has no link to come back to. */
export function openPage(
  context: OpenContext & {
    instrument: { id: number; body: InstrumentBody };
    notice: NoticeBody;
    shownAt: string;
  },
  form?: { errors: readonly FieldError[]; values: FormValues },
) {
  const { list, credential, language, instrument, notice } = context;
  const text = OPEN_TEXT[language];
  const { body } = instrument;
  const values = form?.values ?? {};
  const { questions, extras } = withQuestions(
    { lang: language, answers: values as Record<string, string> },
    { body },
  );
  return {
    ...shell(context, text.title),
    errors: form?.errors ?? [],
    values,
    action: openAnswerPath(list.slug, credential.slug, language === 'es' ? 'es' : undefined),
    lead: text.lead(credential.name, credential.issuer),
    who: text.who(list.agency.name),
    wordingId: instrument.id,
    shownAt: context.shownAt,
    notFamiliar: {
      text: body.notFamiliar.label[language].text,
      hint: body.notFamiliar.hint[language].text,
      checked: values.not_familiar === 'yes',
    },
    questions,
    extras,
    hiring: [
      { value: 'yes', text: text.yes },
      { value: 'no', text: text.no },
    ],
    relationLegend: body.relation.text[language].text.replace('{issuer}', credential.issuer),
    relations: body.relation.options.map(({ value, label }) => ({ value, text: label[language].text })),
    records: {
      summary: notice.summary[language].text,
      paragraphs: notice.paragraphs.map((paragraph) => paragraph[language].text),
    },
  };
}

/** The same for everybody, whatever became of what they sent. */
export function sentPage(context: OpenContext) {
  const text = OPEN_TEXT[context.language];
  return {
    ...shell(context, text.sentTitle),
    errors: [],
    values: {},
    sentences: [text.sentText, text.sentMore],
    nothing: null,
    typed: null,
  };
}

export function notOpenPage(language: Language) {
  const text = OPEN_TEXT[language];
  return {
    lang: language,
    text,
    title: text.closedTitle,
    agency: null,
    languages: [],
    back: null,
    errors: [],
    values: {},
    sentences: [text.closedText],
    nothing: null,
    typed: null,
  };
}
