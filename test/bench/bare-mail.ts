import { renderMessage } from '../../src/mail/render.ts';
import { SAMPLE_MAILS } from '../mail/sample-mails.ts';

/** `same`: the bodies of our invitation, about 6 kB. `small`: about 1 kB, a mail that says next to nothing. */
export type BareSize = 'same' | 'small';

const line = 'Would this credential give a learner hiring preference, all things being equal?\n';
const BODIES: Record<BareSize, { text: string; html: string }> = {
  same: renderMessage('invitation', SAMPLE_MAILS.invitation),
  small: { text: line.repeat(4), html: `<p>${line.repeat(4)}</p>` },
};

/** One mail as nodemailer takes it. */
export function bareMail(size: BareSize, n: number) {
  const { text, html } = BODIES[size];
  return {
    from: { name: 'Workforce Services', address: 'employers@workforce.example' },
    to: `person${n}@employer.example`,
    subject: 'Two questions about credentials you may hire for',
    text,
    html,
  };
}
