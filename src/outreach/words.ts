import type { Language } from '../employers/types.ts';

/** The words of the pages behind the unsubscribe link. The Spanish is a draft that no native speaker has reviewed. */
export const WORDS: Record<Language, StopWords> = {
  en: {
    askTitle: 'Stop these mails',
    askWhat:
      'No agency that uses this service will then ask you anything more: not about credentials, and not to join a committee.',
    askKeeps:
      'If you accepted a meeting, you still hear when it moves or is cancelled. Answers that you have given stay as they are.',
    askButton: 'Stop all mails',
    stoppedTitle: 'You will get no more mails',
    stoppedWhat: 'This holds from now on, for all agencies that use this service.',
    resumeWhat: 'Changed your mind?',
    resumeButton: 'Start again',
    fixedTitle: 'This address gets no mails',
    fixedWhat: 'It was taken off all lists. To be asked again, write to an agency.',
    resumedTitle: 'You may be asked again',
    resumedWhat: 'Mails can reach you again. Every mail has a link to stop them.',
    choicesTitle: 'Or choose less',
    chosenTitle: 'What you chose',
    savedText: 'Your choice is saved and holds from now on.',
    undo: 'Take it back',
    pauseLegend: 'Pause all mails for',
    days: 'days',
    pauseButton: 'Pause',
    pauseMissing: 'Select how long to pause',
    paused: 'No mails until',
    lessText: 'At most one invitation in 90 days, from all agencies together.',
    lessButton: 'Write less often',
    notAgencyText: 'Nothing more from this agency:',
    notAgencyButton: 'Not from this agency',
    employerLink: 'Nobody at this employer should be asked',
    employerTitle: 'Ask nobody at this employer?',
    employerWhat: 'No agency that uses this service will ask anybody here anything more, whoever they are:',
    employerKeeps:
      'Colleagues who would like to be asked are not asked either. You can take this back with the same link.',
    employerButton: 'Yes, ask nobody here',
    cancel: 'Go back',
    unknownTitle: 'This link does not work',
    unknownWhat:
      'It may have been cut off. Copy the whole link from the mail, or answer the mail and ask to be taken off the list.',
  },
  es: {
    askTitle: 'No recibir más estos correos',
    askWhat:
      'Ninguna agencia que use este servicio le preguntará nada más: ni sobre credenciales, ni para participar en un comité.',
    askKeeps:
      'Si aceptó una reunión, todavía le avisaremos si cambia o se cancela. Las respuestas que ya dio quedan como están.',
    askButton: 'No recibir más correos',
    stoppedTitle: 'No recibirá más correos',
    stoppedWhat: 'Esto vale desde ahora para todas las agencias que usan este servicio.',
    resumeWhat: '¿Cambió de opinión?',
    resumeButton: 'Volver a recibirlos',
    fixedTitle: 'Esta dirección no recibe correos',
    fixedWhat: 'Fue retirada de todas las listas. Para que le pregunten de nuevo, escriba a una agencia.',
    resumedTitle: 'Se le puede volver a preguntar',
    resumedWhat: 'Los correos le pueden llegar de nuevo. Cada correo tiene un enlace para no recibirlos más.',
    choicesTitle: 'O elija recibir menos',
    chosenTitle: 'Lo que usted eligió',
    savedText: 'Su elección está guardada y vale desde ahora.',
    undo: 'Deshacer',
    pauseLegend: 'Pausar todos los correos durante',
    days: 'días',
    pauseButton: 'Pausar',
    pauseMissing: 'Seleccione cuánto tiempo quiere pausar',
    paused: 'Sin correos hasta el',
    lessText: 'Como máximo una invitación en 90 días, de todas las agencias en conjunto.',
    lessButton: 'Escribirme con menos frecuencia',
    notAgencyText: 'Nada más de esta agencia:',
    notAgencyButton: 'No de esta agencia',
    employerLink: 'No se debe preguntar a nadie de esta empresa',
    employerTitle: '¿No preguntar a nadie de esta empresa?',
    employerWhat:
      'Ninguna agencia que use este servicio le preguntará nada más a nadie de aquí, sea quien sea:',
    employerKeeps:
      'Tampoco se preguntará a colegas que quisieran participar. Puede deshacerlo con el mismo enlace.',
    employerButton: 'Sí, no preguntar a nadie aquí',
    cancel: 'Volver',
    unknownTitle: 'Este enlace no funciona',
    unknownWhat:
      'Puede que esté cortado. Copie el enlace completo del correo, o responda al correo y pida que lo retiren de la lista.',
  },
};

type StopWords = Record<
  | 'askTitle'
  | 'askWhat'
  | 'askKeeps'
  | 'askButton'
  | 'stoppedTitle'
  | 'stoppedWhat'
  | 'resumeWhat'
  | 'resumeButton'
  | 'fixedTitle'
  | 'fixedWhat'
  | 'resumedTitle'
  | 'resumedWhat'
  | 'choicesTitle'
  | 'chosenTitle'
  | 'savedText'
  | 'undo'
  | 'pauseLegend'
  | 'days'
  | 'pauseButton'
  | 'pauseMissing'
  | 'paused'
  | 'lessText'
  | 'lessButton'
  | 'notAgencyText'
  | 'notAgencyButton'
  | 'employerLink'
  | 'employerTitle'
  | 'employerWhat'
  | 'employerKeeps'
  | 'employerButton'
  | 'cancel'
  | 'unknownTitle'
  | 'unknownWhat',
  string
>;
