import type { DomainErrorCode } from '../lib/errors.ts';
import type { HttpStatus } from './http-error.ts';
import type { Language } from './words.ts';

export type Refusal = { status: HttpStatus; title: string; sentence: string };

/** What a refusal of the domain says to people and programs. A new code does not compile until it has a line here. */
export const DOMAIN_REFUSALS: Record<DomainErrorCode, Refusal> = {
  not_found: {
    status: 404,
    title: 'Page not found',
    sentence: 'There is nothing at this address, or it is not yours to see.',
  },
  forbidden: {
    status: 403,
    title: 'You cannot do this',
    sentence: 'Your role does not allow this. Ask a person of your agency whose role does.',
  },
  already_done: {
    status: 409,
    title: 'This was done already',
    sentence: 'Somebody did this before you, perhaps you in another window. Go back and load the page again.',
  },
  wave_too_early: {
    status: 409,
    title: 'The wave is not that far yet',
    sentence: 'This cannot be done to it now. Go back to its page, which shows what comes next.',
  },
  wave_not_draft: {
    status: 409,
    title: 'The wave is no longer a draft',
    sentence:
      'It was proposed, launched or cancelled, so what you entered was not saved. Go back to its page; a wave that is proposed can be sent back and then be changed.',
  },
  needs_second_person: {
    status: 403,
    title: 'A second person is needed',
    sentence: 'Whoever proposed this cannot also approve it. Ask another person of your agency.',
  },
  scope_missing: {
    status: 403,
    title: 'The key may not read this',
    sentence:
      'The API key lacks the scope for this. Ask an administrator of your agency for one that has it.',
  },
  stale_form: {
    status: 409,
    title: 'This changed while you had it open',
    sentence: 'Go back, load the page again and see what changed before you repeat your step.',
  },
  different_feins: {
    status: 409,
    title: 'These are two employers',
    sentence:
      'Each has a federal employer number of its own, so they are two legal entities and cannot be merged.',
  },
  upload_gone: {
    status: 409,
    title: 'The uploaded file is gone',
    sentence: 'The file is no longer on this server. Upload it again.',
  },
  too_many_endpoints: {
    status: 409,
    title: 'Your agency has as many endpoints as it can have',
    sentence: 'Delete one that is no longer used, then add this one.',
  },
  document_removed: {
    status: 410,
    title: 'This file was deleted',
    sentence: 'Its content was deleted when it no longer had to be kept. That it was there stays on record.',
  },
  meeting_cancelled: {
    status: 409,
    title: 'This meeting is cancelled',
    sentence: 'The meeting does not take place, so there is nothing to answer.',
  },
  meeting_started: {
    status: 409,
    title: 'This meeting has begun',
    sentence: 'Answers are taken until a meeting begins.',
  },
  wave_not_ready: {
    status: 409,
    title: 'This wave is not complete',
    sentence: 'Finish its audience, its credentials or meetings, and its dates first.',
  },
  wave_dates_passed: {
    status: 409,
    title: 'The dates of this wave no longer work',
    sentence:
      'Its last day of sending is over, or its dates contradict each other. Change the dates and propose it again.',
  },
  wave_asks_nobody: {
    status: 409,
    title: 'This wave would ask nobody',
    sentence: 'Everybody in its audience is left out. Its preview says why.',
  },
  sender_not_trusted: {
    status: 409,
    title: 'This mail would be refused',
    sentence:
      'The domain that your agency writes from lacks DKIM or DMARC, or they do not fit together, so mailboxes would refuse the mail and think worse of the domain. Nothing was launched. Whoever runs this server can see what to mend with: countersign doctor.',
  },
  seal_waits: {
    status: 409,
    title: 'Not sealed yet',
    sentence:
      'This evidence is frozen and waits for its signature and its place in the log. Try again in a minute.',
  },
};

/** A personal link that opens nothing: never was one, lost its end, or is too old. */
export const UNKNOWN_LINK: Record<Language, Refusal> = {
  en: {
    status: 404,
    title: 'This link does not work',
    sentence:
      'It may have lost its end when it was copied, or it may be too old. Try the link in the e-mail again. If that does not help, reply to the agency that sent it.',
  },
  es: {
    status: 404,
    title: 'Este enlace no funciona',
    sentence:
      'Puede que se haya cortado al copiarlo o que sea demasiado antiguo. Pruebe de nuevo con el enlace del correo. Si no sirve, responda a la agencia que se lo envió.',
  },
};

/** What HTTP itself refuses. Employers meet these pages too, so they exist in both languages. */
export const HTTP_REFUSALS: Record<HttpStatus, Record<Language, Omit<Refusal, 'status'>>> = {
  400: {
    en: {
      title: 'We could not read this',
      sentence: 'What your browser sent is damaged or incomplete. Go back and try again.',
    },
    es: {
      title: 'No pudimos leer esto',
      sentence: 'Lo que envió su navegador está dañado o incompleto. Regrese e inténtelo de nuevo.',
    },
  },
  401: {
    en: {
      title: 'Sign in first',
      sentence: 'You are not signed in, or your session has ended. Nothing was changed.',
    },
    es: {
      title: 'Primero inicie sesión',
      sentence: 'No ha iniciado sesión o su sesión terminó. No se cambió nada.',
    },
  },
  403: {
    en: {
      title: 'This did not come from our page',
      sentence:
        'To protect you, we only accept forms sent from our own pages. Open the page again and repeat your step. Nothing was changed.',
    },
    es: {
      title: 'Esto no vino de nuestra página',
      sentence:
        'Para protegerle, solo aceptamos formularios enviados desde nuestras propias páginas. Abra la página de nuevo y repita el paso. No se cambió nada.',
    },
  },
  404: {
    en: {
      title: 'Page not found',
      sentence:
        'Check that the address is complete. If you came by a link in an email, open it again or copy the whole link.',
    },
    es: {
      title: 'Página no encontrada',
      sentence:
        'Verifique que la dirección esté completa. Si llegó por un enlace de un correo, ábralo de nuevo o copie el enlace completo.',
    },
  },
  405: {
    en: { title: 'This does not work here', sentence: 'Go back and try again.' },
    es: { title: 'Esto no funciona aquí', sentence: 'Regrese e inténtelo de nuevo.' },
  },
  406: {
    en: {
      title: 'Not available in this form',
      sentence: 'This address cannot answer in the form that was asked for.',
    },
    es: {
      title: 'No disponible en este formato',
      sentence: 'Esta dirección no puede responder en el formato solicitado.',
    },
  },
  408: {
    en: { title: 'That took too long', sentence: 'The connection was too slow. Try again.' },
    es: { title: 'Tardó demasiado', sentence: 'La conexión fue demasiado lenta. Inténtelo de nuevo.' },
  },
  409: {
    en: { title: 'This changed meanwhile', sentence: 'Load the page again and see what changed.' },
    es: { title: 'Esto cambió mientras tanto', sentence: 'Vuelva a cargar la página para ver qué cambió.' },
  },
  410: {
    en: { title: 'This has ended', sentence: 'What was here is no longer available.' },
    es: { title: 'Esto ha terminado', sentence: 'Lo que estaba aquí ya no está disponible.' },
  },
  412: {
    en: { title: 'This changed meanwhile', sentence: 'Load it again before you change it.' },
    es: { title: 'Esto cambió mientras tanto', sentence: 'Cárguelo de nuevo antes de modificarlo.' },
  },
  413: {
    en: {
      title: 'This is too large',
      sentence: 'What you sent is larger than this page accepts. Nothing was saved.',
    },
    es: {
      title: 'Esto es demasiado grande',
      sentence: 'Lo que envió es más grande de lo que esta página acepta. No se guardó nada.',
    },
  },
  414: {
    en: { title: 'This address is too long', sentence: 'Check the address, or open the link again.' },
    es: {
      title: 'Esta dirección es demasiado larga',
      sentence: 'Verifique la dirección o abra el enlace de nuevo.',
    },
  },
  415: {
    en: {
      title: 'We cannot read this kind of data',
      sentence: 'This page accepts its own form only. Nothing was saved.',
    },
    es: {
      title: 'No podemos leer este tipo de datos',
      sentence: 'Esta página solo acepta su propio formulario. No se guardó nada.',
    },
  },
  422: {
    en: { title: 'Something is missing', sentence: 'Go back and check what you entered.' },
    es: { title: 'Falta algo', sentence: 'Regrese y revise lo que escribió.' },
  },
  428: {
    en: { title: 'A condition is missing', sentence: 'Say which version you have read.' },
    es: { title: 'Falta una condición', sentence: 'Indique qué versión leyó.' },
  },
  429: {
    en: {
      title: 'Too many requests',
      sentence: 'Wait a minute, then try again. What you saved before is safe.',
    },
    es: {
      title: 'Demasiadas solicitudes',
      sentence: 'Espere un minuto e inténtelo de nuevo. Lo que guardó antes está seguro.',
    },
  },
  431: {
    en: { title: 'This address is too long', sentence: 'Check the address, or open the link again.' },
    es: {
      title: 'Esta dirección es demasiado larga',
      sentence: 'Verifique la dirección o abra el enlace de nuevo.',
    },
  },
  500: {
    en: {
      title: 'Something went wrong',
      sentence: 'The fault is ours. Try again in a few minutes. If it goes on, tell us the reference below.',
    },
    es: {
      title: 'Algo salió mal',
      sentence:
        'La falla es nuestra. Inténtelo de nuevo en unos minutos. Si continúa, díganos la referencia de abajo.',
    },
  },
  503: {
    en: {
      title: 'Not available right now',
      sentence:
        'Try again in a few minutes. What you saved before is safe; your last step may have to be repeated.',
    },
    es: {
      title: 'No disponible en este momento',
      sentence:
        'Inténtelo de nuevo en unos minutos. Lo que guardó antes está seguro; quizá deba repetir su último paso.',
    },
  },
};
