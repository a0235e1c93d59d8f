import type { InstrumentBody, NoticeBody, Wording } from './types.ts';

/** The keys that the Wyoming policy counts: both must be `yes` in the same answer. */
export const WYOMING_COUNTING_KEYS = ['incentive', 'preference'] as const;

/** Languages of the presets: English is the state's own wording, Spanish waits for a reviewer. */
function wording(en: string, es: string): Wording {
  return { en: { text: en, reviewed: true }, es: { text: es, reviewed: false } };
}

const YES_NO_NOT_SURE = [
  { value: 'yes', label: wording('Yes', 'Sí') },
  { value: 'no', label: wording('No', 'No') },
  { value: 'not_sure', label: wording('Not sure', 'No lo sé con seguridad') },
];

const PREFER_NOT_TO_SAY = {
  value: 'not_said',
  label: wording('I would rather not say', 'Prefiero no decirlo'),
};

/** Wyoming's two questions word for word, with three optional ones that count for nothing under its rule. */
export const WYOMING_INSTRUMENT: InstrumentBody = {
  format: 1,
  notFamiliar: {
    label: wording('I don’t know this credential', 'No conozco esta credencial'),
    hint: wording(
      'Then leave the two questions blank. It is a useful answer.',
      'En ese caso, deje las dos preguntas en blanco. Es una respuesta útil.',
    ),
  },
  questions: [
    {
      key: 'incentive',
      kind: 'radio',
      required: true,
      name: wording('Monetary incentive', 'Incentivo económico'),
      text: wording(
        'If a learner comes to you with this credential, would you monetarily incentivize them?',
        'Si un estudiante llega a usted con esta credencial, ¿le daría un incentivo económico?',
      ),
      options: YES_NO_NOT_SURE,
    },
    {
      key: 'preference',
      kind: 'radio',
      required: true,
      name: wording('Hiring preference', 'Preferencia al contratar'),
      text: wording(
        'If a learner comes to you with this credential in a hiring situation in which all things are equal, will this credential give them hiring preference?',
        'Si un estudiante llega a usted con esta credencial en una contratación en la que todo lo demás es igual, ¿le dará esta credencial preferencia para ser contratado?',
      ),
      options: YES_NO_NOT_SURE,
    },
    {
      key: 'importance',
      kind: 'radio',
      required: false,
      name: wording('In hiring', 'Al contratar'),
      text: wording(
        'When you hire for jobs that use these skills, this credential is:',
        'Cuando contrata para puestos que usan estas habilidades, esta credencial es:',
      ),
      options: [
        { value: 'required', label: wording('Required', 'Obligatoria') },
        { value: 'preferred', label: wording('Preferred', 'Preferida') },
        { value: 'not_a_factor', label: wording('Not a factor', 'No se toma en cuenta') },
        PREFER_NOT_TO_SAY,
      ],
    },
    {
      key: 'entry_wage',
      kind: 'radio',
      required: false,
      name: wording('Usual starting pay', 'Pago inicial habitual'),
      text: wording(
        'Usual starting pay for those jobs, per hour',
        'Pago inicial habitual en esos puestos, por hora',
      ),
      options: [
        { value: 'under_15', label: wording('Less than $15', 'Menos de $15') },
        { value: '15_to_20', label: wording('$15 to $19.99', 'De $15 a $19.99') },
        { value: '20_to_25', label: wording('$20 to $24.99', 'De $20 a $24.99') },
        { value: '25_to_35', label: wording('$25 to $34.99', 'De $25 a $34.99') },
        { value: '35_or_more', label: wording('$35 or more', '$35 o más') },
        PREFER_NOT_TO_SAY,
      ],
    },
    {
      key: 'hires_a_year',
      kind: 'radio',
      required: false,
      name: wording('Hires in a usual year', 'Contrataciones en un año normal'),
      text: wording(
        'People you hire for those jobs in a usual year',
        'Personas que contrata para esos puestos en un año normal',
      ),
      options: [
        { value: 'none', label: wording('None', 'Ninguna') },
        { value: '1_to_5', label: wording('1 to 5', 'De 1 a 5') },
        { value: '6_to_20', label: wording('6 to 20', 'De 6 a 20') },
        { value: '21_or_more', label: wording('21 or more', '21 o más') },
        PREFER_NOT_TO_SAY,
      ],
    },
  ],
  relation: {
    text: wording(
      'How is your organization connected to {issuer}?',
      '¿Qué relación tiene su organización con {issuer}?',
    ),
    options: [
      { value: 'none', label: wording('No connection', 'Ninguna relación') },
      {
        value: 'customer',
        label: wording(
          'We are a customer: we pay it for tests, training or membership',
          'Somos cliente: le pagamos exámenes, capacitación o membresía',
        ),
      },
      {
        value: 'board',
        label: wording(
          'One of us sits on its board or a committee of it',
          'Alguien de nuestra organización forma parte de su junta o de un comité suyo',
        ),
      },
      {
        value: 'sells_or_paid',
        label: wording('We sell to it or are paid by it', 'Le vendemos o recibimos pagos de ella'),
      },
      { value: 'issuer', label: wording('We are the issuer', 'Somos quien emite la credencial') },
      {
        value: 'reseller',
        label: wording('We resell or market its credentials', 'Revendemos o promovemos sus credenciales'),
      },
      {
        value: 'training_provider',
        label: wording(
          'We are a school or training provider that teaches for it',
          'Somos una escuela o un centro que capacita para obtenerla',
        ),
      },
      {
        value: 'applicant',
        label: wording(
          'We applied for this credential to be approved',
          'Solicitamos que se apruebe esta credencial',
        ),
      },
    ],
  },
};

/** A plain notice that promises no confidentiality which the law does not give. Agencies replace it with their own. */
export const PUBLIC_RECORDS_NOTICE: NoticeBody = {
  format: 1,
  summary: wording(
    'Your answers are a public record. The state may have to release them if someone asks.',
    'Sus respuestas son un registro público. Es posible que el estado deba entregarlas si alguien las solicita.',
  ),
  paragraphs: [
    wording(
      'What may be released on request: your answers, your name and title, your organization and how it is connected to the issuer of a credential.',
      'Lo que puede entregarse a quien lo solicite: sus respuestas, su nombre y puesto, su organización y la relación de esta con quien emite una credencial.',
    ),
    wording(
      'What we publish ourselves: how many employers answered and how many said yes, never the name of an employer that said no. Small numbers are not shown.',
      'Lo que publicamos: cuántos empleadores respondieron y cuántos dijeron que sí, nunca el nombre de un empleador que dijo que no. Los números pequeños no se muestran.',
    ),
    wording(
      'What we do not publish: your e-mail address and your answers about pay and hiring.',
      'Lo que no publicamos: su correo electrónico y sus respuestas sobre pago y contrataciones.',
    ),
  ],
};
