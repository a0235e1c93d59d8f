import type { Language } from '../employers/types.ts';
import type { RsvpRefusal, SeatRole } from './types.ts';

const SEAT_ROLE_NAMES: Record<SeatRole, Record<Language, string>> = {
  employer: { en: 'Employer', es: 'Empleador' },
  labor: { en: 'Labor', es: 'Trabajadores' },
  apprenticeship_sponsor: { en: 'Apprenticeship sponsor', es: 'Patrocinador de aprendizajes' },
  educator: { en: 'Educator', es: 'Educación' },
  workforce_board: { en: 'Workforce board', es: 'Junta laboral' },
  parent: { en: 'Parent', es: 'Padre o madre' },
  student: { en: 'Student', es: 'Estudiante' },
  community: { en: 'Community', es: 'Comunidad' },
};

/** A role as people read it; one that this version does not know is shown as it is stored. */
export function seatRoleName(role: string, language: Language = 'en'): string {
  return SEAT_ROLE_NAMES[role as SeatRole]?.[language] ?? role.replaceAll('_', ' ');
}

export type RsvpText = (typeof RSVP_TEXT)['en'];

const en = {
  title: (committee: string) => `Your place at the ${committee}`,
  when: 'When',
  where: 'Where',
  online: 'Take part online',
  agenda: 'Agenda',
  yourAnswer: 'Your answer',
  accepted: 'You are coming',
  declined: 'You are not coming',
  none: 'You have not answered yet',
  yourSeat: 'Your seat',
  seat: (role: string, number: number) => `${role}, seat ${number}`,
  guest: (role: string) =>
    `All seats of this role (${role}) are taken: you are invited as a guest. Your voice is welcome all the same.`,
  noSeatYet: (free: number) =>
    free === 0
      ? 'All seats of this role are taken. If you accept, you are invited as a guest.'
      : free === 1
        ? 'One seat of this role is free.'
        : `${free} seats of this role are free.`,
  calendar: 'Save the meeting to your calendar (.ics)',
  question: 'Will you take part?',
  accept: 'Yes, I will take part',
  decline: 'No, I can’t',
  reason: 'If not, why? (optional)',
  reasonHint: 'For example: the time does not suit, or a colleague is the better person.',
  submit: 'Send my answer',
  change: 'You can change your answer until the meeting starts.',
  suggest: 'Suggest a colleague instead',
  suggestHint: 'They get an invitation of their own by e-mail.',
  colleagueNameLabel: 'Their name',
  colleagueEmailLabel: 'Their work e-mail address',
  faults: {
    missing: 'Select yes if you will take part',
    tooLong: 'Shorten this text',
    colleagueName: 'Enter your colleague’s name',
    colleagueEmail: 'Enter an e-mail address, like name@business.example',
    colleagueNeedsNo: 'Select no if a colleague should be invited in your place',
    colleagueOwn: 'This is your own address. Enter your colleague’s',
    colleagueImpossible: 'We cannot invite this person. Enter somebody else, or leave it empty',
  },
  refusals: {
    meeting_cancelled: 'This meeting was cancelled. There is nothing that you need to do.',
    meeting_started: 'This meeting has begun, so answers are closed.',
  } satisfies Record<RsvpRefusal, string>,
};

export const RSVP_TEXT = {
  en,
  es: {
    title: (committee: string) => `Su lugar en: ${committee}`,
    when: 'Cuándo',
    where: 'Dónde',
    online: 'Participar en línea',
    agenda: 'Orden del día',
    yourAnswer: 'Su respuesta',
    accepted: 'Usted participará',
    declined: 'Usted no participará',
    none: 'Usted aún no ha respondido',
    yourSeat: 'Su lugar',
    seat: (role: string, number: number) => `${role}, lugar ${number}`,
    guest: (role: string) =>
      `Todos los lugares de este grupo (${role}) están ocupados: le invitamos como persona invitada. Su opinión es igualmente bienvenida.`,
    noSeatYet: (free: number) =>
      free === 0
        ? 'Todos los lugares de este grupo están ocupados. Si acepta, le invitamos como persona invitada.'
        : free === 1
          ? 'Queda un lugar libre de este grupo.'
          : `Quedan ${free} lugares libres de este grupo.`,
    calendar: 'Guardar la reunión en su calendario (.ics)',
    question: '¿Participará?',
    accept: 'Sí, participaré',
    decline: 'No puedo',
    reason: 'Si no puede, ¿por qué? (opcional)',
    reasonHint: 'Por ejemplo: la hora no me conviene, o es mejor que vaya otra persona.',
    submit: 'Enviar mi respuesta',
    change: 'Puede cambiar su respuesta hasta que empiece la reunión.',
    suggest: 'Proponga a otra persona de su organización',
    suggestHint: 'Recibirá su propia invitación por correo electrónico.',
    colleagueNameLabel: 'Su nombre',
    colleagueEmailLabel: 'Su correo electrónico de trabajo',
    faults: {
      missing: 'Seleccione sí si participará',
      tooLong: 'Acorte este texto',
      colleagueName: 'Escriba el nombre de la otra persona',
      colleagueEmail: 'Escriba un correo electrónico, como nombre@empresa.example',
      colleagueNeedsNo: 'Seleccione no si invitamos a otra persona en su lugar',
      colleagueOwn: 'Esta es su propia dirección. Escriba la de la otra persona',
      colleagueImpossible: 'No podemos invitar a esta persona. Escriba otra o deje el campo vacío',
    },
    refusals: {
      meeting_cancelled: 'Esta reunión fue cancelada. No tiene que hacer nada.',
      meeting_started: 'Esta reunión ya empezó, por lo que no se aceptan más respuestas.',
    },
  } satisfies typeof en,
};

export type RsvpFault = keyof RsvpText['faults'];
