import type { InvitationData } from '../messages.ts';
import { endSentence, type Wording } from './wording.ts';

const count = (n: number, one: string, many: string) => (n === 1 ? `1 ${one}` : `${n} ${many}`);

/** "a, b y c", and "a e i". */
function askers(m: InvitationData): string {
  const names = m.askers ?? [m.sender.agencyName];
  const last = names.at(-1) ?? '';
  if (names.length < 2) return last;
  return `${names.slice(0, -1).join(', ')} ${/^h?i(?!e)/i.test(last) ? 'e' : 'y'} ${last}`;
}
const isShared = (m: InvitationData) => (m.askers?.length ?? 1) > 1;

/** A draft: no native speaker has reviewed it yet. */
export const spanish: Wording = {
  reviewed: false,
  locale: 'es-US',
  greeting: (name) => (name ? `Estimado/a ${name}:` : 'Hola:'),
  credentialsHeading: (n) => (n === 1 ? 'La credencial' : `Las ${n} credenciales`),
  meetingsHeading: (n) => (n === 1 ? 'El comité asesor' : 'Los comités asesores'),
  issuedBy: (issuer) => `de ${issuer}`,
  askedBy: (agency) => `pregunta: ${agency}`,
  seat: (role) => `Puesto: ${role}`,
  when: 'Cuándo',
  where: 'Dónde',
  online: 'En línea',
  linkFallback: 'O copie esta dirección en su navegador:',
  linkIsYours:
    'El enlace es suyo y no necesita una cuenta. Nada cuenta hasta que usted pulse “Enviar respuestas”. Si otra persona de su empresa es la indicada, puede decirlo allí.',
  footer: {
    sentBy: (agency) => endSentence(`Este correo fue enviado por ${agency}`),
    contact: (email, phone) => `¿Preguntas? Escriba a ${email}${phone ? ` o llame al ${phone}` : ''}.`,
    stopText: (url) => `Si no quiere que ninguna agencia le vuelva a preguntar: ${url}`,
    stopLink: 'No recibir más estos correos',
    stopAfter: ' de ninguna agencia.',
  },

  invitation: {
    subject: (m) => {
      if (m.credentials.length === 0) return `${m.sender.shortName}: un puesto en un comité asesor`;
      const topic =
        m.credentials.length === 1 ? m.credentials[0]?.name : `${m.credentials.length} credenciales`;
      return `${m.sender.shortName}: ¿qué opina ${m.employerName} de ${topic}?`;
    },
    heading: (m) =>
      m.credentials.length > 0 ? 'Su opinión como empleador, por favor' : 'Un lugar en la mesa, si lo desea',
    whoAsks: (m) =>
      isShared(m)
        ? `${askers(m)} le escriben juntas, en un solo correo en lugar de varios. Abajo ve quién pregunta qué. ${
            m.credentials.length > 0
              ? 'Examinan credenciales que se pueden obtener en escuelas, en colegios universitarios y en el trabajo. Antes de recomendar una, se pregunta a los empleadores cuánto vale para ellos al contratar.'
              : 'Los empleadores las asesoran sobre lo que deben enseñar las escuelas y los colegios universitarios.'
          }`
        : m.credentials.length > 0
          ? `${m.sender.agencyName} examina credenciales que se pueden obtener en escuelas, en colegios universitarios y en el trabajo. Antes de recomendar una, se pregunta a los empleadores cuánto vale para ellos al contratar.`
          : `Los empleadores asesoran a ${m.sender.agencyName} sobre lo que deben enseñar las escuelas y los colegios universitarios.`,
    whyYou: (m) => endSentence(`Le escribimos porque usted figura como contacto de ${m.employerName}`),
    effort: (m) =>
      m.credentials.length > 0
        ? `Toma alrededor de ${count(m.minutes, 'minuto', 'minutos')}: unas pocas preguntas cortas sobre cada credencial. «No conozco esta credencial» también es una respuesta útil.`
        : `Responder toma alrededor de ${count(m.minutes, 'minuto', 'minutos')}.`,
    also: (m) =>
      m.credentials.length > 0 && m.meetings.length > 0
        ? 'En el mismo lugar puede decir si vendría a un comité asesor:'
        : '',
    until: (_m, date) => `El enlace está abierto hasta el ${date}.`,
    action: (m) => (m.credentials.length > 0 ? 'Dar sus respuestas' : 'Responder a la invitación'),
  },

  reminder: {
    subject: (m) =>
      m.started
        ? `${m.sender.shortName}: sus respuestas aún no se han enviado`
        : `${m.sender.shortName}: su opinión aún es bienvenida`,
    heading: (m) => (m.started ? 'Sus respuestas están guardadas, pero no enviadas' : 'Todavía hay tiempo'),
    whoAsks: (m) =>
      m.started
        ? `Usted comenzó a responder a ${askers(m)}. Lo que anotó está guardado: el enlace se abre donde lo dejó.`
        : `Hace un tiempo ${askers(m)} ${isShared(m) ? 'preguntaron' : 'preguntó'} qué opina ${m.employerName} de lo siguiente. Aún no tenemos respuesta.`,
    until: (_m, date) => `El enlace es el mismo de antes y está abierto hasta el ${date}.`,
    action: (m) => (m.started ? 'Continuar donde lo dejó' : 'Dar sus respuestas'),
  },

  referral: {
    subject: (m) => `${m.sender.shortName}: su colega nos dio su nombre`,
    heading: () => 'Su colega nos dio su nombre',
    whyYou: (m) =>
      `${m.referredBy}, de ${m.employerName}, nos dijo que usted es la persona indicada para responder; por eso este enlace es suyo.`,
  },

  receipt: {
    subject: (m) => `${m.sender.shortName}: tenemos sus respuestas`,
    heading: () => 'Gracias. Tenemos sus respuestas',
    intro: (m, date) => `El ${date} usted respondió por ${m.employerName}:`,
    change: (date) =>
      date
        ? `Puede cambiar o retirar sus respuestas hasta el ${date}, con el mismo enlace:`
        : 'Puede ver sus respuestas con el mismo enlace:',
    action: 'Ver o cambiar sus respuestas',
    notYou: 'Si no fue usted, abra el enlace y retire las respuestas, o escríbanos.',
  },

  confirmation: {
    subject: (m) => `${m.sender.shortName}: confirme sus respuestas, por favor`,
    heading: () => 'Un paso más: confirme, por favor',
    intro: (m, date) =>
      ({
        quarantined: `El ${date} se enviaron con su enlace respuestas por ${m.employerName}. Llegaron como las envía un programa automático, así que se guardan y no cuentan hasta que una persona las confirme:`,
        forwarded: `El ${date} alguien respondió por ${m.employerName} con el enlace de otra persona y dio esta dirección como suya. Le pedimos que confirme que fue usted:`,
        open_link: `El ${date} alguien respondió por ${m.employerName} en nuestra página pública y dio esta dirección como suya. Le pedimos que confirme que fue usted:`,
      })[m.because],
    ask: (date) => `Abra el enlace y díganos si estas respuestas son suyas. Sirve hasta el ${date}.`,
    action: 'Confirmar sus respuestas',
    notYou: 'Si no fue usted, abra el enlace y díganoslo, o no haga nada: las respuestas no contarán.',
  },

  meeting: {
    acceptedSubject: (m) => `Confirmado: ${m.meeting.title}`,
    acceptedHeading: () => 'Esperamos verle',
    acceptedIntro: () =>
      'Usted dijo que vendrá. La entrada de calendario adjunta contiene la hora y el lugar.',
    declinedSubject: (m) => `Usted no vendrá: ${m.meeting.title}`,
    declinedHeading: () => 'Gracias por avisarnos',
    declinedIntro: () => 'Usted dijo que no vendrá. Si eso cambia, el enlace de abajo sigue abierto.',
    movedSubject: (m) => `Cambio: ${m.meeting.title}`,
    movedHeading: () => 'La hora o el lugar ha cambiado',
    movedIntro: () =>
      'Esta reunión será ahora como sigue. La entrada de calendario adjunta reemplaza la anterior.',
    cancelledSubject: (m) => `Cancelada: ${m.meeting.title}`,
    cancelledHeading: () => 'La reunión se cancela',
    cancelledIntro: () =>
      'Esta reunión no tendrá lugar. La entrada de calendario adjunta la quita de su calendario.',
    action: 'Ver o cambiar su respuesta',
  },

  ballot: {
    subject: (m) =>
      m.isReminder
        ? `${m.sender.shortName}: su voto sobre ${m.credential.name} sigue abierto`
        : `${m.sender.shortName}: su voto sobre ${m.credential.name}`,
    heading: (m) => (m.isReminder ? 'Su voto sigue abierto' : 'Su voto, por favor'),
    intro: (m) =>
      `${m.sender.agencyName} pide a ${m.body} que vote si se aprueba esta credencial. Usted vota por ${endSentence(m.employerName)}`,
    record: (m) =>
      `${m.isSecret ? 'Nadie en la agencia ve cómo va la votación antes de que cierre. ' : ''}Cómo votó cada empleador forma parte del expediente en que se basa la decisión.`,
    until: (moment) => `La votación está abierta hasta: ${moment}. Hasta entonces puede cambiar su voto.`,
    action: 'Verla y votar',
    yours:
      'El enlace es suyo y no necesita cuenta. Abrirlo no es votar: nada cuenta hasta que pulse “Enviar mi voto”.',
  },

  ballotReceipt: {
    subject: (m) => `${m.sender.shortName}: tenemos su voto sobre ${m.credential.name}`,
    heading: 'Gracias. Tenemos su voto',
    intro: (m, moment) => `${moment}: usted votó por ${m.employerName} sobre ${m.credential.name}:`,
    choices: {
      approve: 'A favor: la credencial debe aprobarse',
      reject: 'En contra',
      abstain: 'Usted se abstuvo',
    },
    until: (moment) => `Puede cambiar su voto hasta: ${moment}, con el mismo enlace:`,
    action: 'Ver o cambiar su voto',
    notYou: 'Si no fue usted, escríbanos enseguida.',
  },

  signIn: {
    subject: (m) => `Entrar en ${m.sender.shortName}`,
    heading: () => 'Su enlace para entrar',
    intro: (m) =>
      `El enlace le permite entrar una vez y es válido por ${count(m.validMinutes, 'minuto', 'minutos')}. Nadie debe pedírselo.`,
    action: 'Entrar',
    notYou: 'Si usted no lo pidió, no necesita hacer nada.',
  },
};
