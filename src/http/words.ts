/** Languages that the pages for employers are written in. */
export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The words of layouts and shared partials. A feature keeps the words of its own pages. */
export const WORDS = {
  skip: { en: 'Skip to main content', es: 'Saltar al contenido principal' },
  problem: { en: 'There is a problem', es: 'Hay un problema' },
  errorPrefix: { en: 'Error: ', es: 'Error: ' },
  back: { en: 'Back', es: 'Atrás' },
  languages: { en: 'Language', es: 'Idioma' },
  breadcrumbs: { en: 'Breadcrumbs', es: 'Ruta de navegación' },
  pages: { en: 'Pages', es: 'Páginas' },
  previous: { en: 'Previous', es: 'Anterior' },
  next: { en: 'Next', es: 'Siguiente' },
  privacy: { en: 'Privacy', es: 'Privacidad' },
  accessibility: { en: 'Accessibility', es: 'Accesibilidad' },
  staff: { en: 'State staff', es: 'Personal del estado' },
  siteLine: { en: 'Employer survey', es: 'Encuesta a empleadores' },
  sentBy: { en: 'Sent by', es: 'Enviado por' },
  questions: { en: 'Questions?', es: '¿Preguntas?' },
  reference: { en: 'Reference for support:', es: 'Referencia para soporte:' },
} as const satisfies Record<string, Record<Language, string>>;

export type Word = keyof typeof WORDS;

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The language of a page that knows nobody: `?lang=`, else the browser's preference between English and Spanish. */
export function preferredLanguage(queryLanguage: unknown, acceptLanguage: string | undefined): Language {
  if (isLanguage(queryLanguage)) return queryLanguage;
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 };
  for (const part of (acceptLanguage ?? '').split(',').slice(0, 20)) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = tag.split('-')[0];
    const quality = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find(Boolean);
    const weight = quality === undefined ? 1 : Number(quality);
    if (isLanguage(language) && weight > best.weight) best = { language, weight };
  }
  return best.language;
}
