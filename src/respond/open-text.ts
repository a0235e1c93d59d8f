import type { Language } from '../employers/types.ts';

const en = {
  languageName: 'English',
  title: 'What is this credential worth to you when you hire?',
  lead: (credential: string, issuer: string): string => `${credential}, issued by ${issuer}`,
  who: (agency: string): string =>
    `${agency} asks employers before a credential is approved for schools to teach toward. If you hire people, tell us what you think. It takes about two minutes.`,
  counts:
    'We send one mail to the address that you give. Your answer counts only after you confirm it there, and after we have found your organization in our register.',
  notFor: 'Were you invited by mail? Then use the link in that mail instead.',
  about: 'Your organization and you',
  employer: 'Name of your organization',
  employerHint: 'The legal name, as on your tax forms.',
  place: 'City and state',
  website: 'Website (optional)',
  name: 'Your name',
  job: 'Your job title',
  email: 'Your work e-mail address',
  emailHint: 'It is not published.',
  hiring: 'Do you take part in deciding who gets hired?',
  yes: 'Yes',
  no: 'No',
  answers: 'Your answers',
  extras: 'More about this credential (optional)',
  records: 'What may be released and what we publish',
  send: 'Send',
  sentTitle: 'Look in your mailbox',
  sentText:
    'If the address is right, a mail is on its way to it. Open the link in it and confirm that the answers are yours. Until then they do not count.',
  sentMore: 'Nothing after an hour? Look among the unwanted mails, or write to the agency below.',
  closedTitle: 'This page takes no answers now',
  closedText:
    'It may have closed, or the address may be wrong. What you entered was not kept. The list tells what is decided.',
  another: 'Another credential of this list',
  tell: 'Employers: what are these worth to you?',
  errors: {
    employer: 'Enter the name of your organization',
    place: 'Enter the city and state',
    name: 'Enter your name',
    job: 'Enter your job title',
    email: 'Enter your work e-mail address',
    emailWrong: 'Enter an e-mail address in the right form, like name@company.com',
    hiring: 'Select yes if you take part in deciding who gets hired',
    relation: 'Select how your organization is connected to the issuer',
    long: 'Use fewer characters',
  },
};

const es: typeof en = {
  languageName: 'Español',
  title: '¿Qué valor tiene esta credencial para usted al contratar?',
  lead: (credential, issuer) => `${credential}, la emite ${issuer}`,
  who: (agency) =>
    `${agency} pregunta a los empleadores antes de que se apruebe una credencial para que las escuelas la enseñen. Si usted contrata, díganos qué opina. Toma unos dos minutos.`,
  counts:
    'Enviamos un solo correo a la dirección que nos dé. Su respuesta cuenta solo después de que la confirme allí y de que hayamos encontrado su organización en nuestro registro.',
  notFor: '¿Le invitamos por correo? Entonces use el enlace de ese correo.',
  about: 'Su organización y usted',
  employer: 'Nombre de su organización',
  employerHint: 'El nombre legal, como en sus documentos fiscales.',
  place: 'Ciudad y estado',
  website: 'Sitio web (opcional)',
  name: 'Su nombre',
  job: 'Su puesto',
  email: 'Su correo electrónico del trabajo',
  emailHint: 'No se publica.',
  hiring: '¿Participa usted en decidir a quién se contrata?',
  yes: 'Sí',
  no: 'No',
  answers: 'Sus respuestas',
  extras: 'Más sobre esta credencial (opcional)',
  records: 'Qué puede entregarse y qué publicamos',
  send: 'Enviar',
  sentTitle: 'Mire su buzón',
  sentText:
    'Si la dirección es correcta, un correo va en camino. Abra el enlace y confirme que las respuestas son suyas. Hasta entonces no cuentan.',
  sentMore:
    '¿Nada después de una hora? Mire entre los correos no deseados o escriba a la agencia que aparece abajo.',
  closedTitle: 'Esta página no recibe respuestas ahora',
  closedText:
    'Puede que se haya cerrado o que la dirección no sea correcta. Lo que escribió no se guardó. La lista muestra lo que se ha decidido.',
  another: 'Otra credencial de esta lista',
  tell: 'Empleadores: ¿qué valor tienen estas para ustedes?',
  errors: {
    employer: 'Escriba el nombre de su organización',
    place: 'Escriba la ciudad y el estado',
    name: 'Escriba su nombre',
    job: 'Escriba su puesto',
    email: 'Escriba su correo electrónico del trabajo',
    emailWrong: 'Escriba un correo electrónico con la forma correcta, como nombre@empresa.com',
    hiring: 'Seleccione sí si participa en decidir a quién se contrata',
    relation: 'Seleccione qué relación tiene su organización con quien la emite',
    long: 'Use menos caracteres',
  },
};

export const OPEN_TEXT = { en, es } satisfies Record<Language, typeof en>;
