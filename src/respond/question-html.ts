import type { FieldError, FormValues } from '../http/forms.ts';
import { compilePartial, type Rendered } from '../http/views.ts';
import type { Language } from '../http/words.ts';
import type { InstrumentBody } from '../surveys/types.ts';
import { questionView } from './pages.ts';

const radios = compilePartial('radios');

type QuestionsHtml = { questions: Rendered; extras: Rendered | null };

const kept = new Map<string, QuestionsHtml>();
const KEEP = 1_000;

/**
 * The questions of a credential's page as HTML: those that count, and the optional ones. They are most of the page, and
 * the same for every employer who has not answered yet; wording never changes within a version. So what was
 * rendered once without faults is kept by version, language and the values chosen.
 */
export function questionsHtml(
  wording: { sha256: string; body: InstrumentBody },
  page: {
    lang: Language;
    answers: Readonly<Record<string, string>>;
    errors: readonly FieldError[];
    values: FormValues;
  },
): QuestionsHtml {
  if (page.errors.length > 0) return render(wording.body, page);
  let key = `${wording.sha256} ${page.lang}`;
  for (const question of wording.body.questions) key += ` ${page.answers[question.key] ?? ''}`;
  let html = kept.get(key);
  if (!html) {
    html = render(wording.body, page);
    if (kept.size >= KEEP) kept.clear();
    kept.set(key, html);
  }
  return html;
}

function render(body: InstrumentBody, page: Parameters<typeof questionsHtml>[1]): QuestionsHtml {
  const views = (required: boolean) =>
    body.questions
      .filter((question) => question.required === required)
      .map((question) => questionView(question, page.lang, page.answers[question.key]));
  const extras = views(false);
  return {
    questions: radios(views(true), page),
    extras: extras.length > 0 ? radios(extras, page) : null,
  };
}
