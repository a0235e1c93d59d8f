import type { Language } from '../employers/types.ts';
import type { DeclineReason } from '../outreach/types.ts';

/** Every sentence of the employer's pages in one language. Question wording is data and lives in the instrument. */
export type RespondText = (typeof TEXT)['en'];

const ORDINALS = {
  en: ['first', 'second', 'third', 'fourth', 'fifth'],
  es: ['primera', 'segunda', 'tercera', 'cuarta', 'quinta'],
};

const en = {
  languageName: 'English',
  back: 'Back',
  continue: 'Continue',
  change: 'Change',
  yes: 'Yes',
  no: 'No',
  stepOf: (current: number, total: number): string => `Step ${current} of ${total}`,

  startTitle: (count: number): string =>
    count === 1 ? 'Does this credential matter when you hire?' : 'Do these credentials matter when you hire?',
  startTitleMeeting: 'We would like your advice',
  startLead: (employer: string): string =>
    `Before the state approves a credential for schools to teach toward, it asks employers what it is worth to them. We would like to hear from ${employer}.`,
  startLeadMeeting: (employer: string): string =>
    `The state asks employers for advice on what schools teach. We would like to hear from ${employer}.`,
  whoAsks: 'Who asks',
  whyYou: 'Why you',
  whyYouText: (contact: string, employer: string): string =>
    `We have ${contact} as a contact at ${employer}.`,
  howLong: 'How long',
  minutes: (minutes: number): string =>
    minutes === 1
      ? 'About 1 minute. You can stop and come back to this link.'
      : `About ${minutes} minutes. You can stop and come back to this link.`,
  until: 'Until',
  weAskAbout: (count: number): string => (count === 1 ? 'The credential' : `The ${count} credentials`),
  issuedBy: (issuer: string): string => `Issued by ${issuer}`,
  askedBy: (agency: string): string => `Asked by ${agency}`,
  weAlsoInvite: 'We also invite you to',
  weInvite: 'We invite you to',
  noticeMore: 'What may be released and what we publish',
  start: 'Start',
  resume: 'Carry on',
  resumed: 'Your earlier answers are kept but not sent yet.',
  notRightPerson: 'I’m not the right person',
  noTracking: 'No account and no sign-in. Nothing is sent until you press “Send answers”.',

  aboutTitle: 'About you',
  aboutName: 'Your name',
  aboutNameHint: (contact: string): string => `Change this if you are not ${contact}.`,
  aboutJob: 'Your job title',
  aboutHiring: 'Do you take part in deciding who gets hired?',
  aboutConnected: (employer: string, issuers: number): string =>
    issuers === 1
      ? `Is ${employer} connected to this organization?`
      : `Is ${employer} connected to any of these organizations?`,
  aboutConnectedHint: (issuers: number): string =>
    issuers === 1
      ? 'It issues what we ask about. Connected means being its customer, sitting on its board, selling for it, being paid by it, or teaching its courses.'
      : 'They issue the credentials we ask about. Connected means being a customer, sitting on a board, selling for them, being paid by them, or teaching their courses.',
  connectedNone: 'No connection',
  connectedSome: (issuers: number): string =>
    issuers === 1 ? 'Yes, connected' : 'Yes, connected to at least one',

  youTitle: 'Was this survey sent to you?',
  youLead: (contact: string): string => `We wrote to ${contact}, and you gave another name.`,
  youInvited: 'Yes, it was sent to my address',
  youInvitedHint: 'Your name is only written in another way.',
  youPassedOn: 'No, somebody passed it on to me',
  youPassedOnHint: 'Give us your own address below.',
  youEmail: 'Your work e-mail address',
  youEmailHint:
    'Only if it was passed on to you. We send one mail there and ask you to confirm that the answers are yours. Until then they are kept apart and may not count.',
  checkIdentity: 'This survey',
  checkInvited: 'Was sent to me',
  checkPassedOn: (email: string): string => `Was passed on to me, ${email}`,

  waitQuarantined:
    'Your answers are kept, but they do not count yet: they came the way an automatic program sends them. Look in the mailbox that got this invitation. Open our mail “please confirm your answers” and say that they are yours. Or tell the agency below.',
  waitForwarded:
    'One more step. We have sent a mail to the address that you gave. Open its link and confirm that the answers are yours; until then they are kept apart and may not count.',
  waitHeading: 'Please confirm your answers',

  confirmTitle: 'Are these answers yours?',
  confirmFor: (employer: string): string => `They were given for ${employer}.`,
  confirmBecause: {
    quarantined:
      'They came the way an automatic program sends them, so we ask a person. They count only after you say yes.',
    forwarded: 'Somebody used a colleague’s link and gave this address. Please say whether it was you.',
    open_link: 'Somebody answered on our public page and gave this address. Please say whether it was you.',
  },
  confirmQuestion: 'Are these answers yours?',
  confirmMine: 'Yes, I gave these answers',
  confirmNotMine: 'No, these are not mine',
  confirmNotMineHint: 'They are taken back and do not count.',
  confirmButton: 'Confirm',
  confirmedTitle: 'Thank you. Your answers are confirmed',
  confirmedText: 'Your organization counts once for each credential, by the rules of those who ask.',
  confirmedOpenText:
    'A person at the agency now finds your organization in its register. Then your answer counts, by the rules of those who ask.',
  disownedTitle: 'Thank you. The answers do not count',
  disownedText: 'They were taken back. You have nothing more to do.',
  confirmExpiredTitle: 'This link is too old',
  confirmExpiredText: 'It can no longer confirm the answers. Write to the agency if they are yours.',
  confirmYourAnswers: 'The answers',

  connectionTitle: 'Your connections',
  connectionLead: 'We ask because it says how far an answer is independent. It is kept with your answers.',

  credentialCaption: (number: number, total: number): string =>
    total === 1 ? 'The credential' : `Credential ${number} of ${total}`,
  otherQuestions: 'The questions about this credential differ from the ones before.',
  extras: 'More about this credential (optional)',

  meetingCaption: 'Committee invitation',
  meetingTitle: (committee: string): string => `Join the ${committee}`,
  meetingWhen: 'When',
  meetingWhere: 'Where',
  meetingSeat: 'Your seat',
  meetingQuestion: 'Will you take part?',
  meetingAccept: 'Yes, I will take part',
  meetingAcceptHint: 'We send you an entry for your calendar.',
  meetingDecline: 'No, I can’t',
  meetingIfNot: 'If you can’t: say why, or suggest a colleague',
  meetingReason: 'Why not? (optional)',
  meetingSuggest: 'Suggest a colleague (optional)',
  meetingSuggestHint: 'We invite them in your place if you answer no.',
  meetingSuggested: (name: string): string => `Suggested instead: ${name}`,
  meetingAnswer: 'I will take part',
  meetingClosed: 'This meeting takes no more replies.',

  checkTitle: 'Check your answers before you send them',
  checkTitleChange: 'Change your answers',
  checkAbout: 'About you',
  checkHiring: 'Takes part in hiring',
  checkConnected: 'Connected to the issuers',
  checkConnectionTo: (issuer: string): string => `Connection to ${issuer}`,
  checkNotAnswered: 'Not answered',
  askEnded: (when: string): string => `This was asked until ${when} and takes no more answers.`,
  askCancelled: 'This is asked no more.',
  askKept: 'What you sent before is kept, as you sent it.',
  askNotSent: 'No answer of yours is recorded for it.',
  checkAnswerNow: 'Answer now',
  checkPartial: (count: number): string =>
    count === 1
      ? 'One part has no answer yet. You can answer it now, or send without it.'
      : `${count} parts have no answer yet. You can answer them now, or send without them.`,
  checkNothing: 'Nothing has been answered yet.',
  notFamiliarKey: 'This credential',
  notFamiliar: 'I don’t know it',
  backToSent: 'Leave everything as it was sent',
  checkReason: 'Reason',
  checkColleague: 'Suggested instead',
  send: 'Send answers',
  sendChanges: 'Send changes',

  thanksTitle: 'Thank you. Your answers have been sent',
  thanksSentOn: (when: string): string => `Sent on ${when}`,
  receiptWithdrawn: 'You withdrew this answer. It no longer counts.',
  thanksReceipt: 'We are sending a receipt to the address that got this invitation.',
  whatNext: 'What happens next',
  thanksNext: (agency: string): string =>
    `${agency} counts your organization once for each credential. When enough employers have said yes, the result goes to those who approve credentials.`,
  thanksNextTogether:
    'Each agency counts your organization once for each credential it asked about. The results go to those who approve credentials.',
  thanksNextMeeting: 'The entry for your calendar follows by e-mail.',
  changeUntil: (when: string): string => `You can change or withdraw your answers here until ${when}.`,
  changeAnswers: 'Change my answers',
  withdrawAnswers: 'Withdraw my answers',
  changesWaiting: 'You have changed something since. It counts only after you send it.',
  reviewChanges: 'Review and send the changes',
  yourAnswers: 'What you told us',

  withdrawTitle: 'Withdraw your answers?',
  withdrawText: 'They will no longer count. As a public record they are kept, marked as withdrawn.',
  withdrawMeetingStays: 'Your reply to the committee invitation stays as it is.',
  withdrawButton: 'Withdraw my answers',
  withdrawKeep: 'Keep my answers',
  withdrawnTitle: 'Your answers are withdrawn',
  withdrawnText: (when: string): string =>
    `They no longer count. Until ${when} you can answer again with this link.`,
  answerAgain: 'Answer again',

  declineTitle: 'Why are you not the right person?',
  declineReason: {
    left: 'I no longer work there',
    wrong_role: 'This is not part of my job',
    not_our_field: 'These credentials are not from our field',
    no_time: 'I don’t have the time',
    never: 'Please don’t ask me again',
  } satisfies Record<DeclineReason, string>,
  declineHint: {
    left: (employer: string): string => `Not at ${employer} any more.`,
    wrong_role: (): string => 'Somebody else could answer. You can name them on the next page.',
    not_our_field: (): string => '',
    no_time: (): string => 'We send no more reminders of this survey.',
    never: (): string => 'No agency will send you a survey or an invitation from this service again.',
  } satisfies Record<DeclineReason, (employer: string) => string>,
  declineButton: 'Send',
  declineColleague: 'Name a colleague we should ask',
  declinedTitle: 'Thank you for telling us',
  declinedText: {
    left: 'We will not write to you at this address again.',
    wrong_role: 'We will not ask you about credentials again.',
    not_our_field: 'We will not send you reminders of this survey.',
    no_time: 'We will not send you reminders of this survey.',
    never: 'You will get no more surveys or invitations from this service.',
  } satisfies Record<DeclineReason, string>,
  declinedColleague: 'Do you know who we should ask instead?',
  declinedAnyway: (when: string): string => `Changed your mind? You can still answer until ${when}.`,
  answerAnyway: 'Answer the survey',

  colleagueTitle: 'Who should we ask instead?',
  colleagueLead: (employer: string): string =>
    `We send one e-mail with their own link to a colleague at ${employer} and say that you suggested them. Your own link then passes on to them.`,
  colleagueName: 'Their name',
  colleagueEmail: 'Their work e-mail address',
  colleagueJob: 'Their job title (optional)',
  colleagueButton: 'Ask my colleague',
  referredTitle: 'Thank you. We will ask your colleague',
  referredText: 'They get their own link by e-mail. You have nothing more to do.',

  closedTitle: 'This survey has closed',
  closedText: (agency: string, when: string): string => `${agency} took answers until ${when}.`,
  cancelledTitle: 'This survey was called off',
  cancelledText: (agency: string): string =>
    `${agency} no longer needs your answer. Thank you for your time.`,
  closedKept: (when: string): string => `The answers you sent on ${when} are kept, as you sent them.`,
  closedNothing: 'What you entered was not recorded as an answer. Here it is, so that it is not lost to you.',
  closedTyped: 'What you entered',

  unknownTitle: 'This link does not work',
  unknownText: 'It may have lost its end when it was copied, or it may be too old.',
  unknownWhatToDo:
    'Try the link in the e-mail again. If that does not help, reply to the person or agency that sent it.',

  errors: {
    nameMissing: 'Enter your name',
    nameLong: 'Your name must be 120 characters or fewer',
    jobMissing: 'Enter your job title',
    jobLong: 'Your job title must be 120 characters or fewer',
    hiringMissing: 'Select yes if you take part in deciding who gets hired',
    connectedMissing: 'Select yes if your organization is connected to one of them',
    connectedMissingOne: 'Select yes if your organization is connected to it',
    identityMissing: 'Tell us whether this survey was sent to you',
    youMissing: 'Select yes if this survey was sent to your address',
    youEmailMissing: 'Enter your work e-mail address, so that we can ask you to confirm',
    confirmMissing: 'Select yes if these answers are yours',
    confirmQuick: 'That was faster than anybody reads. Look at the answers, then press the button once more',
    relationMissing: (issuer: string): string => `Select how your organization is connected to ${issuer}`,
    answerMissing: (question: number, unknown: string): string =>
      `Select an answer to the ${ORDINALS.en[question - 1] ?? 'next'} question, or “${unknown}”`,
    answerUnknown: (question: number): string =>
      `Select one of the answers to the ${ORDINALS.en[question - 1] ?? 'next'} question`,
    answerBoth: (unknown: string): string => `Either answer the questions or select “${unknown}”, not both`,
    meetingMissing: 'Select yes if you will take part',
    reasonLong: 'The reason must be 300 characters or fewer',
    declineMissing: 'Select a reason',
    colleagueNameMissing: 'Enter your colleague’s name',
    colleagueNameLong: 'The name must be 120 characters or fewer',
    colleagueEmailMissing: 'Enter your colleague’s e-mail address',
    colleagueEmailWrong: 'Enter an e-mail address in the right form, like name@company.com',
    colleagueEmailOwn: 'Enter a colleague’s address, not your own',
    colleagueUnavailable: 'We cannot write to this address. Give us another colleague, or leave this page',
    colleagueNoMore: 'This invitation cannot be passed on any further. You can still answer it yourself',
    nothingToSend: 'Answer about at least one credential before you send',
    nothingToSendMeeting: 'Answer something before you send',
    connectionMissing: 'Tell us how your organization is connected to the issuers',
    aboutMissing: 'Tell us who you are before you send',
  },
};

const es: typeof en = {
  languageName: 'Español',
  back: 'Atrás',
  continue: 'Continuar',
  change: 'Cambiar',
  yes: 'Sí',
  no: 'No',
  stepOf: (current, total) => `Paso ${current} de ${total}`,

  startTitle: (count) =>
    count === 1
      ? '¿Le importa esta credencial al contratar?'
      : '¿Le importan estas credenciales al contratar?',
  startTitleMeeting: 'Nos gustaría contar con su consejo',
  startLead: (employer) =>
    `Antes de que el estado apruebe una credencial para que las escuelas la enseñen, pregunta a los empleadores qué valor tiene para ellos. Nos gustaría conocer la opinión de ${employer}.`,
  startLeadMeeting: (employer) =>
    `El estado pide consejo a los empleadores sobre lo que enseñan las escuelas. Nos gustaría conocer la opinión de ${employer}.`,
  whoAsks: 'Quién pregunta',
  whyYou: 'Por qué a usted',
  whyYouText: (contact, employer) => `Tenemos a ${contact} como persona de contacto en ${employer}.`,
  howLong: 'Cuánto tarda',
  minutes: (minutes) =>
    minutes === 1
      ? 'Alrededor de 1 minuto. Puede dejarlo y volver con este mismo enlace.'
      : `Alrededor de ${minutes} minutos. Puede dejarlo y volver con este mismo enlace.`,
  until: 'Hasta',
  weAskAbout: (count) => (count === 1 ? 'La credencial' : `Las ${count} credenciales`),
  issuedBy: (issuer) => `La emite ${issuer}`,
  askedBy: (agency) => `Pregunta: ${agency}`,
  weAlsoInvite: 'También le invitamos a',
  weInvite: 'Le invitamos a',
  noticeMore: 'Qué puede entregarse y qué publicamos',
  start: 'Empezar',
  resume: 'Seguir',
  resumed: 'Sus respuestas anteriores están guardadas, pero aún no se han enviado.',
  notRightPerson: 'No soy la persona indicada',
  noTracking: 'Sin cuenta ni contraseña. Nada se envía hasta que pulse “Enviar respuestas”.',

  aboutTitle: 'Sobre usted',
  aboutName: 'Su nombre',
  aboutNameHint: (contact) => `Cámbielo si usted no es ${contact}.`,
  aboutJob: 'Su puesto',
  aboutHiring: '¿Participa usted en decidir a quién se contrata?',
  aboutConnected: (employer, issuers) =>
    issuers === 1
      ? `¿Tiene ${employer} relación con esta organización?`
      : `¿Tiene ${employer} relación con alguna de estas organizaciones?`,
  aboutConnectedHint: (issuers) =>
    issuers === 1
      ? 'Emite aquello por lo que preguntamos. Hay relación si es su cliente, si forma parte de su junta, si vende para ella, si recibe pagos de ella o si imparte sus cursos.'
      : 'Emiten las credenciales por las que preguntamos. Hay relación si es cliente, si forma parte de una junta, si vende para ellas, si recibe pagos de ellas o si imparte sus cursos.',
  connectedNone: 'Ninguna relación',
  connectedSome: (issuers) => (issuers === 1 ? 'Sí, hay relación' : 'Sí, con al menos una'),

  youTitle: '¿Le enviaron a usted esta encuesta?',
  youLead: (contact) => `Escribimos a ${contact} y usted dio otro nombre.`,
  youInvited: 'Sí, se envió a mi dirección',
  youInvitedHint: 'Su nombre solo está escrito de otra manera.',
  youPassedOn: 'No, alguien me la pasó',
  youPassedOnHint: 'Denos abajo su propia dirección.',
  youEmail: 'Su correo electrónico del trabajo',
  youEmailHint:
    'Solo si alguien se la pasó. Enviamos allí un solo correo y le pedimos que confirme que las respuestas son suyas. Hasta entonces se guardan aparte y puede que no cuenten.',
  checkIdentity: 'Esta encuesta',
  checkInvited: 'Me la enviaron a mí',
  checkPassedOn: (email) => `Me la pasaron, ${email}`,

  waitQuarantined:
    'Sus respuestas se guardan, pero todavía no cuentan: llegaron como las envía un programa automático. Mire el buzón que recibió esta invitación. Abra nuestro correo “confirme sus respuestas, por favor” y diga que son suyas. O avise a la agencia que aparece abajo.',
  waitForwarded:
    'Un paso más. Enviamos un correo a la dirección que nos dio. Abra su enlace y confirme que las respuestas son suyas; hasta entonces se guardan aparte y puede que no cuenten.',
  waitHeading: 'Confirme sus respuestas, por favor',

  confirmTitle: '¿Son suyas estas respuestas?',
  confirmFor: (employer) => `Se dieron por ${employer}.`,
  confirmBecause: {
    quarantined:
      'Llegaron como las envía un programa automático, así que preguntamos a una persona. Solo cuentan si usted dice que sí.',
    forwarded: 'Alguien usó el enlace de otra persona y dio esta dirección. Díganos si fue usted.',
    open_link: 'Alguien respondió en nuestra página pública y dio esta dirección. Díganos si fue usted.',
  },
  confirmQuestion: '¿Son suyas estas respuestas?',
  confirmMine: 'Sí, yo di estas respuestas',
  confirmNotMine: 'No, no son mías',
  confirmNotMineHint: 'Se retiran y no cuentan.',
  confirmButton: 'Confirmar',
  confirmedTitle: 'Gracias. Sus respuestas están confirmadas',
  confirmedText:
    'Su organización cuenta una sola vez por cada credencial, según las reglas de quienes preguntan.',
  confirmedOpenText:
    'Una persona de la agencia busca ahora su organización en el registro. Entonces su respuesta cuenta, según las reglas de quienes preguntan.',
  disownedTitle: 'Gracias. Las respuestas no cuentan',
  disownedText: 'Se retiraron. Usted no tiene que hacer nada más.',
  confirmExpiredTitle: 'Este enlace es demasiado antiguo',
  confirmExpiredText: 'Ya no puede confirmar las respuestas. Escriba a la agencia si son suyas.',
  confirmYourAnswers: 'Las respuestas',

  connectionTitle: 'Sus relaciones',
  connectionLead:
    'Lo preguntamos porque indica hasta qué punto una respuesta es independiente. Se guarda con sus respuestas.',

  credentialCaption: (number, total) => (total === 1 ? 'La credencial' : `Credencial ${number} de ${total}`),
  otherQuestions: 'Las preguntas sobre esta credencial no son las mismas que las anteriores.',
  extras: 'Más sobre esta credencial (opcional)',

  meetingCaption: 'Invitación a un comité',
  meetingTitle: (committee) => `Participe en: ${committee}`,
  meetingWhen: 'Cuándo',
  meetingWhere: 'Dónde',
  meetingSeat: 'Su lugar',
  meetingQuestion: '¿Participará?',
  meetingAccept: 'Sí, participaré',
  meetingAcceptHint: 'Le enviamos una cita para su calendario.',
  meetingDecline: 'No puedo',
  meetingIfNot: 'Si no puede: diga por qué o proponga a otra persona',
  meetingReason: '¿Por qué no? (opcional)',
  meetingSuggest: 'Proponga a otra persona (opcional)',
  meetingSuggestHint: 'Si responde que no, la invitamos en su lugar.',
  meetingSuggested: (name) => `Propuso a: ${name}`,
  meetingAnswer: 'Participaré',
  meetingClosed: 'Esta reunión ya no recibe respuestas.',

  checkTitle: 'Revise sus respuestas antes de enviarlas',
  checkTitleChange: 'Cambie sus respuestas',
  checkAbout: 'Sobre usted',
  checkHiring: 'Participa en las contrataciones',
  checkConnected: 'Relación con quienes emiten las credenciales',
  checkConnectionTo: (issuer) => `Relación con ${issuer}`,
  checkNotAnswered: 'Sin respuesta',
  askEnded: (when) => `Esto se preguntó hasta el ${when} y ya no recibe respuestas.`,
  askCancelled: 'Esto ya no se pregunta.',
  askKept: 'Lo que envió antes se conserva tal como lo envió.',
  askNotSent: 'No hay ninguna respuesta suya registrada sobre esto.',
  checkAnswerNow: 'Responder ahora',
  checkPartial: (count) =>
    count === 1
      ? 'Falta una parte. Puede responderla ahora o enviar sin ella.'
      : `Faltan ${count} partes. Puede responderlas ahora o enviar sin ellas.`,
  checkNothing: 'Todavía no hay ninguna respuesta.',
  notFamiliarKey: 'Esta credencial',
  notFamiliar: 'No la conozco',
  backToSent: 'Dejar todo como se envió',
  checkReason: 'Motivo',
  checkColleague: 'Persona propuesta',
  send: 'Enviar respuestas',
  sendChanges: 'Enviar los cambios',

  thanksTitle: 'Gracias. Sus respuestas se han enviado',
  thanksSentOn: (when) => `Enviadas el ${when}`,
  receiptWithdrawn: 'Retiró esta respuesta. Ya no cuenta.',
  thanksReceipt: 'Enviamos un comprobante a la dirección que recibió esta invitación.',
  whatNext: 'Qué pasa ahora',
  thanksNext: (agency) =>
    `${agency} cuenta a su organización una sola vez por cada credencial. Cuando suficientes empleadores hayan dicho que sí, el resultado pasa a quienes aprueban las credenciales.`,
  thanksNextTogether:
    'Cada agencia cuenta a su organización una sola vez por cada credencial sobre la que preguntó. Los resultados pasan a quienes aprueban las credenciales.',
  thanksNextMeeting: 'La cita para su calendario le llega por correo.',
  changeUntil: (when) => `Aquí puede cambiar o retirar sus respuestas hasta el ${when}.`,
  changeAnswers: 'Cambiar mis respuestas',
  withdrawAnswers: 'Retirar mis respuestas',
  changesWaiting: 'Desde entonces cambió algo. Cuenta solo después de que lo envíe.',
  reviewChanges: 'Revisar y enviar los cambios',
  yourAnswers: 'Lo que nos dijo',

  withdrawTitle: '¿Retirar sus respuestas?',
  withdrawText: 'Dejarán de contar. Por ser un registro público se conservan, marcadas como retiradas.',
  withdrawMeetingStays: 'Su respuesta a la invitación del comité queda como está.',
  withdrawButton: 'Retirar mis respuestas',
  withdrawKeep: 'Conservar mis respuestas',
  withdrawnTitle: 'Sus respuestas se han retirado',
  withdrawnText: (when) => `Ya no cuentan. Hasta el ${when} puede volver a responder con este enlace.`,
  answerAgain: 'Responder de nuevo',

  declineTitle: '¿Por qué no es la persona indicada?',
  declineReason: {
    left: 'Ya no trabajo allí',
    wrong_role: 'No corresponde a mi puesto',
    not_our_field: 'Estas credenciales no son de nuestro sector',
    no_time: 'No tengo tiempo',
    never: 'No me pregunten más',
  },
  declineHint: {
    left: (employer) => `Ya no trabajo en ${employer}.`,
    wrong_role: () => 'Otra persona podría responder. Puede decirnos quién en la página siguiente.',
    not_our_field: () => '',
    no_time: () => 'No enviaremos más recordatorios de esta encuesta.',
    never: () => 'Ninguna agencia volverá a enviarle encuestas ni invitaciones desde este servicio.',
  },
  declineButton: 'Enviar',
  declineColleague: 'Decirnos a quién preguntar',
  declinedTitle: 'Gracias por avisarnos',
  declinedText: {
    left: 'No volveremos a escribirle a esta dirección.',
    wrong_role: 'No volveremos a preguntarle por credenciales.',
    not_our_field: 'No le enviaremos recordatorios de esta encuesta.',
    no_time: 'No le enviaremos recordatorios de esta encuesta.',
    never: 'No recibirá más encuestas ni invitaciones de este servicio.',
  },
  declinedColleague: '¿Sabe a quién deberíamos preguntar?',
  declinedAnyway: (when) => `¿Cambió de idea? Puede responder hasta el ${when}.`,
  answerAnyway: 'Responder la encuesta',

  colleagueTitle: '¿A quién deberíamos preguntar?',
  colleagueLead: (employer) =>
    `Enviamos un solo correo, con un enlace propio, a esa persona en ${employer} y le decimos que usted la propuso. Su enlace pasa entonces a ella.`,
  colleagueName: 'Nombre',
  colleagueEmail: 'Correo electrónico del trabajo',
  colleagueJob: 'Puesto (opcional)',
  colleagueButton: 'Preguntar a esa persona',
  referredTitle: 'Gracias. Preguntaremos a esa persona',
  referredText: 'Recibe su propio enlace por correo. Usted no tiene que hacer nada más.',

  closedTitle: 'Esta encuesta ha terminado',
  closedText: (agency, when) => `${agency} recibió respuestas hasta el ${when}.`,
  cancelledTitle: 'Esta encuesta se canceló',
  cancelledText: (agency) => `${agency} ya no necesita su respuesta. Gracias por su tiempo.`,
  closedKept: (when) => `Las respuestas que envió el ${when} se conservan tal como las envió.`,
  closedNothing: 'Lo que escribió no se registró como respuesta. Aquí lo tiene, para que no lo pierda.',
  closedTyped: 'Lo que escribió',

  unknownTitle: 'Este enlace no funciona',
  unknownText: 'Puede que se haya cortado al copiarlo o que sea demasiado antiguo.',
  unknownWhatToDo:
    'Pruebe de nuevo con el enlace del correo. Si no sirve, responda a la persona o agencia que se lo envió.',

  errors: {
    nameMissing: 'Escriba su nombre',
    nameLong: 'Su nombre debe tener 120 caracteres o menos',
    jobMissing: 'Escriba su puesto',
    jobLong: 'Su puesto debe tener 120 caracteres o menos',
    hiringMissing: 'Seleccione sí si participa en decidir a quién se contrata',
    connectedMissing: 'Seleccione sí si su organización tiene relación con alguna de ellas',
    connectedMissingOne: 'Seleccione sí si su organización tiene relación con ella',
    identityMissing: 'Díganos si le enviaron a usted esta encuesta',
    youMissing: 'Seleccione sí si esta encuesta se envió a su dirección',
    youEmailMissing: 'Escriba su correo electrónico del trabajo, para que podamos pedirle que confirme',
    confirmMissing: 'Seleccione sí si estas respuestas son suyas',
    confirmQuick: 'Fue más rápido de lo que alguien lee. Mire las respuestas y pulse el botón una vez más',
    relationMissing: (issuer) => `Seleccione qué relación tiene su organización con ${issuer}`,
    answerMissing: (question, unknown) =>
      `Seleccione una respuesta a la ${ORDINALS.es[question - 1] ?? 'siguiente'} pregunta o “${unknown}”`,
    answerUnknown: (question) =>
      `Seleccione una de las respuestas a la ${ORDINALS.es[question - 1] ?? 'siguiente'} pregunta`,
    answerBoth: (unknown) => `Responda las preguntas o seleccione “${unknown}”, pero no las dos cosas`,
    meetingMissing: 'Seleccione sí si participará',
    reasonLong: 'El motivo debe tener 300 caracteres o menos',
    declineMissing: 'Seleccione un motivo',
    colleagueNameMissing: 'Escriba el nombre de esa persona',
    colleagueNameLong: 'El nombre debe tener 120 caracteres o menos',
    colleagueEmailMissing: 'Escriba el correo electrónico de esa persona',
    colleagueEmailWrong: 'Escriba un correo electrónico con la forma correcta, como nombre@empresa.com',
    colleagueEmailOwn: 'Escriba la dirección de otra persona, no la suya',
    colleagueUnavailable: 'No podemos escribir a esta dirección. Denos otra persona o deje esta página',
    colleagueNoMore: 'Esta invitación ya no se puede pasar a nadie más. Usted todavía puede responderla',
    nothingToSend: 'Responda sobre al menos una credencial antes de enviar',
    nothingToSendMeeting: 'Responda algo antes de enviar',
    connectionMissing: 'Díganos qué relación tiene su organización con quienes emiten las credenciales',
    aboutMissing: 'Díganos quién es antes de enviar',
  },
};

export const TEXT = { en, es } satisfies Record<Language, typeof en>;
